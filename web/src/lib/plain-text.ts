/** The text of a message that a report wrote as HTML; markup of a report never reaches the page. */
export function plainText(html: string): string {
  const withBreaks = html.replace(/<(br|\/p|\/div|\/tr|\/li|\/h\d|hr)\b[^>]*>/gi, "\n$&");
  const { body } = new DOMParser().parseFromString(`<body>${withBreaks}`, "text/html");
  for (const code of body.querySelectorAll("script, style, template")) code.remove();
  return (body.textContent ?? "").replace(/\n{3,}/g, "\n\n").trim();
}

/** A message as text, whichever way the report wrote it. */
export function messageText({
  message,
  message_is_html,
}: {
  message: string;
  message_is_html: boolean;
}): string {
  return message_is_html ? plainText(message) : message;
}
