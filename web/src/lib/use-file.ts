import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { client } from "@/lib/api/client.gen";
import { explain } from "@/lib/problem";
import { tell } from "@/lib/toasts";

async function fetchFile(url: string, signal?: AbortSignal): Promise<Blob> {
  return (await client.instance.get<Blob>(url, { responseType: "blob", signal })).data;
}

/** A file of a report as an address that an image can show; a plain address would not carry the token. */
export function useFile(url: string | null): {
  file: Blob | null;
  address: string | null;
  isFailed: boolean;
} {
  const query = useQuery({
    queryKey: ["file", url],
    queryFn: ({ signal }) => fetchFile(url ?? "", signal),
    enabled: url !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (query.data === undefined) return;
    const made = URL.createObjectURL(query.data);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [query.data]);
  return { file: query.data ?? null, address, isFailed: query.isError };
}

/** Save a file of a report. */
export async function saveFile(url: string, name: string): Promise<void> {
  try {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await fetchFile(url));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    tell(`${name} could not be fetched: ${explain(error).title}`);
  }
}
