// Prefixes of IPv4 and IPv6 as numbers, for "which route does this node take to that prefix".

// {bits, length, width}; undefined when `text` is none.
export function parse_prefix(text) {
  const [address, given] = text.trim().split("/");
  const v6 = address.includes(":");
  const width = v6 ? 128 : 32;
  const length = given === undefined ? width : Number(given);
  if (!Number.isInteger(length) || length < 0 || length > width || given === "") return undefined;
  const bits = v6 ? bits_of_v6(address) : bits_of_v4(address);
  return bits === undefined ? undefined : { bits, length, width };
}

function bits_of_v4(text) {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bits_of_v6(text) {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = (half) => (half === "" || half === undefined ? [] : half.split(":"));
  const head = groups(halves[0]);
  const tail = groups(halves[1]);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array(missing).fill("0"), ...tail];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

// Whether every address of `inner` is in `outer`.
export function covers(outer, inner) {
  if (outer.width !== inner.width || outer.length > inner.length) return false;
  const shift = BigInt(outer.width - outer.length);
  return outer.bits >> shift === inner.bits >> shift;
}
