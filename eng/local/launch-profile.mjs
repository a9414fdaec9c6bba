// Prints what `dotnet run` would set from a project's first launch profile, as NUL-terminated NAME=VALUE, for `env`.
// A port that somebody else has is replaced by a free one, everywhere in the profile.
//
//   node launch-profile.mjs <project folder>
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const text = readFileSync(join(process.argv[2], 'Properties', 'launchSettings.json'), 'utf8').replace(/^\uFEFF/, '');
const [[name, profile]] = Object.entries(JSON.parse(text).profiles);
const variables = { ...profile.environmentVariables, DOTNET_LAUNCH_PROFILE: name };
if (profile.applicationUrl) variables.ASPNETCORE_URLS = profile.applicationUrl;

/** Listens on a port (0: any free one) until all ports are chosen; null when it is taken. */
const listen = port => new Promise(resolve => {
  const server = createServer();
  server.on('error', () => resolve(null));
  server.listen(port, '127.0.0.1', () => resolve(server));
});

const held = [];
const ports = new Map();
const inUrl = /(https?:\/\/[^:/;\s]+:)(\d+)/g;
for (const [, , port] of Object.values(variables).flatMap(value => [...String(value).matchAll(inUrl)])) {
  if (ports.has(port)) continue;
  const server = await listen(Number(port)) ?? await listen(0);
  held.push(server);
  ports.set(port, server.address().port);
}
for (const server of held) server.close();

for (const [variable, value] of Object.entries(variables)) {
  process.stdout.write(`${variable}=${String(value).replace(inUrl, (_, host, port) => host + ports.get(port))}\0`);
}
