// The simulated radio: posts bytes over real HTTP. It gives up after a time and never throws.

/** A reply: HTTP status, 0 when there was no connection; and its body. */
export interface PostReply {
  status: number;
  body: Uint8Array;
}

/** How a simulated handheld posts; tests hand in their own. */
export type Transport = (url: string, body: Uint8Array) => Promise<PostReply>;

/** Milliseconds before a request counts as lost. */
const POST_TIMEOUT_MS = 10_000;

/** Posts with the computer's own network. */
export async function httpPost(url: string, body: Uint8Array): Promise<PostReply> {
  try {
    const reply = await fetch(url, {
      method: "POST",
      body: new Uint8Array(body),
      headers: { "content-type": "application/octet-stream" },
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
  } catch {
    return { status: 0, body: new Uint8Array(0) };
  }
}
