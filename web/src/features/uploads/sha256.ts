/** Constants of FIPS 180-4: the fractions of the cube roots (`K`) and square roots (`START`) of the first primes. */
const K = new Int32Array(64);
const START = new Int32Array(8);
fill();

/**
 * SHA-256 of what comes in pieces, so that a file of any size needs no more memory than one piece.
 * The browser's own digest takes a file only as a whole, and only on pages that came over HTTPS.
 */
export class Sha256 {
  private readonly state = START.slice();
  private readonly words = new Int32Array(64);
  private readonly block = new Uint8Array(64);
  private filled = 0;
  private length = 0;

  /** Take the next bytes. */
  update(bytes: Uint8Array): this {
    this.length += bytes.length;
    let at = 0;
    if (this.filled > 0) at = this.fillBlock(bytes);
    for (; at + 64 <= bytes.length; at += 64) this.mix(bytes, at);
    if (at < bytes.length) {
      this.block.set(bytes.subarray(at), this.filled);
      this.filled += bytes.length - at;
    }
    return this;
  }

  /** The digest in hex. Nothing can be taken afterwards. */
  hex(): string {
    const bits = this.length * 8;
    const padding = new Uint8Array(((119 - (this.length % 64)) % 64) + 9);
    padding[0] = 0x80;
    const tail = new DataView(padding.buffer, padding.length - 8);
    tail.setUint32(0, Math.floor(bits / 2 ** 32));
    tail.setUint32(4, bits % 2 ** 32);
    this.update(padding);
    return [...this.state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  private fillBlock(bytes: Uint8Array): number {
    const taken = Math.min(64 - this.filled, bytes.length);
    this.block.set(bytes.subarray(0, taken), this.filled);
    this.filled += taken;
    if (this.filled === 64) {
      this.mix(this.block, 0);
      this.filled = 0;
    }
    return taken;
  }

  /** One block. Written out, and with a type said where TypeScript sees "or undefined": it runs for every 64 bytes. */
  private mix(bytes: Uint8Array, at: number): void {
    const { words, state } = this;
    for (let i = 0, p = at; i < 16; i++, p += 4)
      words[i] =
        ((bytes[p] as number) << 24) |
        ((bytes[p + 1] as number) << 16) |
        ((bytes[p + 2] as number) << 8) |
        (bytes[p + 3] as number);
    for (let i = 16; i < 64; i++) {
      const early = words[i - 15] as number;
      const late = words[i - 2] as number;
      const s0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const s1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      words[i] = ((words[i - 16] as number) + s0 + (words[i - 7] as number) + s1) | 0;
    }
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (words[i] as number)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
    state[5] = (state[5] as number) + f;
    state[6] = (state[6] as number) + g;
    state[7] = (state[7] as number) + h;
  }
}

function fill(): void {
  const fraction = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  for (let number = 2, found = 0; found < 64; number++) {
    let isPrime = true;
    for (let by = 2; by * by <= number; by++) if (number % by === 0) isPrime = false;
    if (!isPrime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(number));
    K[found++] = fraction(Math.cbrt(number));
  }
}
