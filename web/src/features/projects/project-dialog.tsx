import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { TroubleNote } from "@/components/states";
import { slugOf } from "@/features/projects/slug";
import { addProject, changeProject, type Project } from "@/lib/api";
import { invalidate } from "@/lib/queries";
import { tell } from "@/lib/toasts";
import { useAct } from "@/lib/use-act";

/** Make a project, or change one. */
export function ProjectDialog({ project, onClose }: { project: Project | null; onClose: () => void }) {
  const [name, setName] = useState(project?.name ?? "");
  const [slug, setSlug] = useState(project?.slug ?? "");
  const [description, setDescription] = useState(project?.description ?? "");
  const [branch, setBranch] = useState(project?.default_branch ?? "main");
  const { isBusy, error, trouble, act } = useAct();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const values = { name: name.trim(), description: description.trim(), default_branch: branch.trim() };
    const done = await act(() =>
      project === null
        ? addProject({ body: { ...values, slug: slug || slugOf(name) }, throwOnError: true })
        : changeProject({ path: { slug: project.slug }, body: values, throwOnError: true }),
    );
    if (!done) return;
    invalidate("listProjects", "getOverview", "getProject", "getProjectSummary");
    tell(
      project === null
        ? `Project ${values.name} is ready for its first report.`
        : `Project ${values.name} was changed.`,
    );
    onClose();
  };

  return (
    <Dialog title={project === null ? "New project" : `Change ${project.name}`} isOpen onClose={onClose}>
      <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          required
          maxLength={100}
          value={name}
          error={trouble?.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        {project === null && (
          <TextField
            label="Short name"
            help="In addresses and commands; it stays for good."
            maxLength={60}
            pattern="[a-z0-9][a-z0-9-]*"
            placeholder={slugOf(name) || "webshop"}
            value={slug}
            error={trouble?.fields.slug}
            onChange={(event) => setSlug(event.target.value)}
          />
        )}
        <TextField
          label="Description"
          maxLength={500}
          value={description}
          error={trouble?.fields.description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <TextField
          label="Default branch"
          help="“Last green” and the overview look at this branch."
          required
          value={branch}
          error={trouble?.fields.default_branch}
          onChange={(event) => setBranch(event.target.value)}
        />
        {error !== null && <TroubleNote error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isBusy}>
            {project === null ? "Make project" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
