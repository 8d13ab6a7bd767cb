/** Markup of a report that the server has made safe to show. */
export function Markup({ html }: { html: string }) {
  return (
    <div
      className="markup"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: the server lets words, tables and links to the web through, and nothing that acts
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
