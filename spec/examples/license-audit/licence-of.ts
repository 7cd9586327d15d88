import correct from 'spdx-correct';

/** The licence that a manifest names, as SPDX writes it where it can be told; `undefined` where it names none. */
export function licenceOf(manifest: { readonly license?: unknown; readonly licenses?: unknown }): string | undefined {
  const named = [manifest.license, manifest.licenses].flat().map(nameOf).filter((name) => name !== undefined);
  if (named.length === 0) return undefined;
  return [...new Set(named)].join(' OR ');
}

/** A string, or as old manifests have it `{ type }`. */
function nameOf(licence: unknown): string | undefined {
  const name = typeof licence === 'object' && licence !== null ? (licence as { type?: unknown }).type : licence;
  if (typeof name !== 'string' || name.trim() === '') return undefined;
  // 'UNLICENSED' and 'SEE LICENSE IN …' are not SPDX, and say what they mean.
  return /^(unlicensed|see licen[cs]e in )/i.test(name) ? name : (correct(name, { upgrade: false }) ?? name);
}
