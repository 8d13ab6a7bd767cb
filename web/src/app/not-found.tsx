import { useArrive } from "@/app/place";
import { ButtonLink } from "@/components/button";
import { Card } from "@/components/card";
import { PageHead } from "@/components/page";
import { Empty } from "@/components/states";

/** No page at this address. */
export function NotFound() {
  useArrive("Page not found");
  return (
    <>
      <PageHead title="Page not found" />
      <Card>
        <Empty
          title="There is nothing at this address"
          action={<ButtonLink to="/">Go to all projects</ButtonLink>}
        >
          The link may be old, or what it led to has been deleted.
        </Empty>
      </Card>
    </>
  );
}
