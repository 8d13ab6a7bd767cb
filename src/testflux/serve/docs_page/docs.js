"use strict";

const main = document.getElementById("main");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const options = schema.oneOf || schema.anyOf;
  if (options) return options.map(typeOf).join(" | ");
  if (schema.type === "array") return `[${typeOf(schema.items)}]`;
  if (schema.type === "object" && schema.additionalProperties) return `{text: ${typeOf(schema.additionalProperties)}}`;
  return schema.format || schema.type || "any";
}

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map((cells) => make("tr", {}, ...cells.map((text) => make("td", {}, text))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function namesIn(value, found = new Set()) {
  if (value && typeof value === "object") {
    if (typeof value.$ref === "string") found.add(value.$ref.split("/").pop());
    for (const item of Object.values(value)) namesIn(item, found);
  }
  return found;
}

function showSchemas(api, start) {
  const seen = new Set();
  const waiting = [...namesIn(start)].filter((name) => name !== "Problem");
  const parts = [];
  while (waiting.length) {
    const name = waiting.shift();
    if (seen.has(name)) continue;
    seen.add(name);
    const schema = api.components.schemas[name];
    waiting.push(...namesIn(schema));
    parts.push(make("h3", {}, name), make("p", {}, schema.description || ""));
    if (schema.enum) parts.push(make("p", {}, typeOf(schema)));
    const required = new Set(schema.required || []);
    const rows = Object.entries(schema.properties || {}).map(([key, value]) => [
      make("code", {}, key),
      make("code", {}, typeOf(value) + (required.has(key) ? "" : " (optional)")),
    ]);
    if (rows.length) parts.push(table(["Field", "Type"], rows));
  }
  return parts;
}

function showOperation(api, path, method, operation) {
  const summary = make("summary", {}, make("b", { className: "method" }, method.toUpperCase()), make("code", {}, path));
  summary.append(" ", make("span", {}, operation.summary || ""));
  const details = make("details", { id: operation.operationId }, summary);
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    details.append(make("p", {}, operation.description || ""));
    const rows = (operation.parameters || []).map((item) => [
      make("code", {}, item.name), item.in + (item.required ? ", required" : ""),
      make("code", {}, typeOf(item.schema)), item.description || "",
    ]);
    if (rows.length) details.append(make("h3", {}, "Parameters"), table(["Name", "Where", "Type", "Meaning"], rows));
    const bodies = Object.entries(operation.requestBody?.content || {});
    for (const [kind, body] of bodies) {
      details.append(make("h3", {}, `Body: ${kind}`), make("p", {}, make("code", {}, typeOf(body.schema))));
    }
    const answers = Object.entries(operation.responses).map(([status, answer]) => [
      status, answer.description, Object.values(answer.content || {}).map((item) => typeOf(item.schema)).join(", "),
    ]);
    details.append(make("h3", {}, "Answers"), table(["Status", "Meaning", "Shape"], answers));
    details.append(...showSchemas(api, [operation.requestBody, operation.responses]));
  });
  return details;
}

function showApi(api) {
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = (operation.tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(showOperation(api, path, method, operation));
    }
  }
  const filter = make("input", { type: "search", placeholder: "Filter by path or words" });
  filter.setAttribute("aria-label", "Filter");
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const item of main.querySelectorAll("details")) {
      item.hidden = !item.querySelector("summary").textContent.toLowerCase().includes(wanted);
    }
  });
  const sections = [...groups].map(([tag, items]) => make("section", {}, make("h2", {}, tag), ...items));
  main.replaceChildren(make("p", {}, `Version ${api.info.version}. ${api.info.description || ""}`), filter, ...sections);
  const linked = document.getElementById(location.hash.slice(1));
  if (linked) linked.open = true;
}

function showErrors(text, code) {
  const sections = text.split(/^## /m).slice(1).map((section) => {
    const [title, ...lines] = section.split("\n");
    return { code: title.replaceAll("`", "").trim(), paragraphs: lines.join("\n").trim().split(/\n{2,}/) };
  });
  const found = sections.filter((section) => section.code === code);
  const parts = (found.length ? found : sections).flatMap((section) => [
    make("h2", { id: section.code }, section.code),
    ...section.paragraphs.map((paragraph) => make("p", {}, paragraph.replaceAll("`", ""))),
  ]);
  main.replaceChildren(make("h2", {}, "Errors"), ...parts);
}

async function show() {
  const code = location.pathname.match(/^\/docs\/errors\/(.+)$/)?.[1];
  if (code) {
    showErrors(await (await fetch("/api/docs/errors.md")).text(), decodeURIComponent(code));
  } else {
    showApi(await (await fetch("/api/v1/openapi.json")).json());
  }
}

show().catch((error) => main.replaceChildren(make("p", {}, `This page cannot be shown: ${error.message}`)));
