/** Put text on the clipboard. Pages that came without encryption have no clipboard of their own: there, by selection. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const holder = document.createElement("textarea");
  holder.value = text;
  holder.setAttribute("readonly", "");
  holder.className = "fixed opacity-0";
  document.body.append(holder);
  holder.select();
  document.execCommand("copy");
  holder.remove();
}
