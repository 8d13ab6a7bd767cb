import { Button, ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { Empty } from "@/components/states";
import { addSample } from "@/lib/api";
import { useMay } from "@/lib/may";
import { explain } from "@/lib/problem";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";

async function loadSample(): Promise<void> {
  try {
    await addSample({ throwOnError: true });
    tell("The sample history is being loaded; projects appear as it arrives.");
    invalidate("getSample", "getOverview");
  } catch (error) {
    tell(explain(error).title);
  }
}

/** What to do when there is nothing yet. */
export function FirstSteps() {
  const canMake = useMay("project.create");
  const canMakeTokens = useMay("token.manage");
  const canLoad = useMay("sample.manage");
  return (
    <Card>
      <Empty
        title="Three steps to the first result"
        command={`testflux upload output.xml --project webshop --branch main`}
        action={
          (canMake || canMakeTokens || canLoad) && (
            <div className="mt-1 flex flex-wrap gap-2">
              {canMake && (
                <ButtonLink look="primary" to="/projects">
                  Create a project
                </ButtonLink>
              )}
              {canMakeTokens && <ButtonLink to="/tokens">Make an API token</ButtonLink>}
              {canLoad && <Button onClick={() => void loadSample()}>Load the sample history</Button>}
            </div>
          )
        }
      >
        <ol className="list-decimal pl-5">
          <li>Create a project.</li>
          <li>Make an API token for your CI, or drop a report on the upload page.</li>
          <li>Send the report at the end of each test run; the first result appears here by itself.</li>
        </ol>
      </Empty>
    </Card>
  );
}
