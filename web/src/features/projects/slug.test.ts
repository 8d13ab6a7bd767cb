import { expect, it } from "vitest";
import { slugOf } from "@/features/projects/slug";

it.each([
  ["Web shop!", "web-shop"],
  ["  Zahlungs-API (neu) ", "zahlungs-api-neu"],
  ["Café Ærø", "cafe-r"],
  ["***", ""],
])("makes %j into %j", (name, slug) => expect(slugOf(name)).toBe(slug));
