/**
 * Flags under which a Node process may read files but neither write any nor start programs. Addons (the PDF parser) and
 * threads (the watchdog) stay allowed, so this narrows what hostile JavaScript can do; it does not jail native code.
 */
export function permissionFlags(): string[] {
  const flag = ['--permission', '--experimental-permission'].find((name) =>
    process.allowedNodeEnvironmentFlags.has(name),
  );
  if (flag === undefined || !process.allowedNodeEnvironmentFlags.has('--allow-addons')) return [];
  return [flag, '--allow-fs-read=*', '--allow-addons', '--allow-worker', '--no-warnings'];
}
