// Writes the NuGet packages that a partial registry lacks into a local feed folder.
//
//   node make-feed.mjs <work folder> <feed folder>
//
// Where they come from: the npm package of the Aspire CLI carries a .NET single-file program
// (aspire-managed), in which the genuine assemblies lie uncompressed beside the dependency list that
// names their packages and versions. The CLI unpacks that program itself, once, at its first use.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const [work, feed] = process.argv.slice(2);
if (!work || !feed) {
  console.error('usage: node make-feed.mjs <work folder> <feed folder>');
  process.exit(2);
}

/** Packages to repack: everything else restores from the registry as it is. */
const wanted = /^(Google\.Protobuf|Grpc\.(AspNetCore|AspNetCore\.Server|AspNetCore\.Server\.ClientFactory|Core\.Api|Net\.Client|Net\.ClientFactory|Net\.Common)|Microsoft\.IdentityModel\.(Abstractions|JsonWebTokens|Logging|Protocols|Protocols\.OpenIdConnect|Tokens)|System\.IdentityModel\.Tokens\.Jwt|OpenTelemetry|OpenTelemetry\.(Api|Api\.ProviderBuilderExtensions|Exporter\.OpenTelemetryProtocol|Extensions\.Hosting)|System\.IO\.Hashing)$/;

const managed = await unpack();
const { assemblies, packages } = readBundle(managed);
mkdirSync(feed, { recursive: true });
const chosen = packages.filter(p => wanted.test(p.name));
for (const { name, version, files, dependencies } of chosen) {
  const entries = [[`${name}.nuspec`, nuspec(name, version, dependencies)]];
  for (const file of files) entries.push([`lib/net10.0/${file}`, assemblies(file)]);
  if (files.length === 0) entries.push(['lib/net10.0/_._', Buffer.alloc(0)]);
  // Written beside and renamed: a reader never sees half a package.
  const target = join(feed, `${name}.${version}.nupkg`);
  writeFileSync(`${target}.part`, zip(entries));
  renameSync(`${target}.part`, target);
}
console.log(`feed: ${chosen.length} packages in ${feed}`);

/** Installs the CLI and lets it unpack its bundle; returns the path of aspire-managed. */
async function unpack() {
  const versions = join(work, '.aspire', 'versions');
  const find = () => existsSync(versions)
    && readdirSync(versions).map(v => join(versions, v, 'managed', 'aspire-managed')).find(existsSync);
  const marker = join(work, 'unpacked');
  if (existsSync(marker) && find()) return find();

  rmSync(versions, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(work, file));
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] });

  const cli = join(work, 'node_modules', '@microsoft', `aspire-cli-${process.platform}-${process.arch}`, 'bin', 'aspire');
  // Running the dashboard is a command that needs the bundle; port 0 keeps it out of anybody's way.
  const url = 'http://127.0.0.1:0';
  const child = spawn(cli, ['dashboard', 'run', '--nologo', '--non-interactive', '--frontend-url', url, '--otlp-grpc-url', url, '--otlp-http-url', url], {
    cwd: work,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: work, ASPIRE_CLI_TELEMETRY_OPTOUT: '1', DOTNET_CLI_TELEMETRY_OPTOUT: '1' },
  });
  let said = '';
  const exited = new Promise(resolve => child.on('exit', resolve));
  const started = new Promise(resolve => child.stdout.on('data', data => {
    said += data;
    if (said.includes('Starting dashboard')) resolve();
  }));
  child.stderr.on('data', data => { said += data; });
  const timeout = setTimeout(() => child.kill('SIGKILL'), 120_000);
  await Promise.race([started, exited]);
  clearTimeout(timeout);
  child.kill('SIGTERM');
  await exited;
  const path = find();
  if (!path) throw new Error(`the Aspire CLI did not unpack its bundle; it said:\n${said}`);
  writeFileSync(marker, path);
  return path;
}

/** Reads a .NET single-file program: a signature in it is preceded by the offset of its manifest. */
function readBundle(path) {
  const signature = Buffer.from('8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae', 'hex');
  const whole = readFileSync(path);
  const at = whole.indexOf(signature);
  if (at < 0) throw new Error(`${path} is not a single-file program`);
  let o = Number(whole.readBigInt64LE(at - 8));
  const major = whole.readUInt32LE(o);
  const count = whole.readInt32LE(o + 8);
  o += 12;
  const text = () => {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const b = whole[o++];
      length |= (b & 0x7f) << shift;
      if (b < 0x80) break;
    }
    o += length;
    return whole.toString('utf8', o - length, o);
  };
  text(); // the bundle's id
  if (major >= 2) o += 8 * 4 + 8; // places of deps.json and runtimeconfig.json, and flags
  const files = new Map();
  for (let i = 0; i < count; i++) {
    const offset = Number(whole.readBigInt64LE(o));
    const size = Number(whole.readBigInt64LE(o + 8));
    const compressed = major >= 6 ? Number(whole.readBigInt64LE(o + 16)) : 0;
    o += (major >= 6 ? 24 : 16) + 1;
    const name = text();
    if (compressed === 0) files.set(name, whole.subarray(offset, offset + size));
  }
  const assemblies = name => files.get(name) ?? (() => { throw new Error(`${name} is not in ${path}`); })();
  const deps = JSON.parse(assemblies('aspire-managed.deps.json').toString('utf8'));
  const packages = Object.entries(Object.values(deps.targets).at(-1)).map(([key, value]) => {
    const [name, version] = key.split('/');
    return { name, version, files: Object.keys(value.runtime ?? {}).map(f => basename(f)), dependencies: Object.entries(value.dependencies ?? {}) };
  });
  return { assemblies, packages };
}

/** A package's description; dependencies on packages that are not repacked are left to the central versions. */
function nuspec(name, version, dependencies) {
  const inside = dependencies.filter(([id]) => wanted.test(id)).map(([id, v]) => `<dependency id="${id}" version="${v}"/>`).join('');
  return Buffer.from(`<?xml version="1.0"?><package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>${name}</id><version>${version}</version><authors>upstream</authors><description>Repacked for a partial registry.</description><dependencies><group targetFramework="net10.0">${inside}</group></dependencies></metadata></package>`);
}

/** The smallest zip writer that NuGet reads (a .nupkg is a zip); the platform has none. */
function zip(entries) {
  const parts = [], central = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const path = Buffer.from(name), packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);            // version needed
    common.writeUInt16LE(8, 4);             // method: deflate
    common.writeUInt32LE(0x00210000, 6);    // 1980-01-01: the same bytes whenever it is made
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('504b0304', 'hex'), common, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('504b01021400', 'hex'), common, tail, path);
    offset += 30 + path.length + packed.length;
  }
  const directory = Buffer.concat(central), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}
