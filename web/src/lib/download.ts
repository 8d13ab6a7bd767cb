import { client } from "@/lib/api/client.gen";

/** Save a file that only signed-in people may have: a plain link would not carry the token. */
export async function download(url: string, name: string): Promise<void> {
  const { data } = await client.instance.get<Blob>(url, { responseType: "blob" });
  const address = URL.createObjectURL(data);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
