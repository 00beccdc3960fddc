/** @param refusal the errno's name with which the kernel keeps a ring from us. @returns why, and what to do */
export function whyUnreadable(refusal: string): string {
  return refusal === 'EACCES' || refusal === 'EPERM'
    ? `this user may not read the memory of its processes (${refusal}): run ringway top as root, or set kernel.yama.ptrace_scope to 0`
    : `its memory cannot be read (${refusal})`
}
