import { useSearchParams } from "react-router";
import { SelectField } from "@/components/field";
import type { Project } from "@/lib/api";

/** The project that the address names, or the only one there is; "" for none. */
export function useChosenProject(projects: Project[]): [slug: string, choose: (slug: string) => void] {
  const [params, setParams] = useSearchParams();
  const chosen = params.get("project") ?? (projects.length === 1 ? (projects[0]?.slug ?? "") : "");
  const known = projects.some(({ slug }) => slug === chosen) ? chosen : "";
  return [known, (slug) => setParams(slug === "" ? {} : { project: slug })];
}

export function ProjectField({
  projects,
  value,
  onChoose,
}: {
  projects: Project[];
  value: string;
  onChoose: (slug: string) => void;
}) {
  return (
    <SelectField label="Project" value={value} onChange={(event) => onChoose(event.target.value)}>
      <option value="">Choose a project</option>
      {projects.map((project) => (
        <option key={project.slug} value={project.slug}>
          {project.name}
        </option>
      ))}
    </SelectField>
  );
}
