import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { AddressInfo } from "node:net";

/** The viewer of others that is tried, as npm has it: 50 MB, so it is fetched for its test and by nobody else. */
const PACKAGE = "@ohif/app@3.13.2";
const FILE = "ohif-app-3.13.2.tgz";
const SHA512 =
  "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==";

/** What docs/dicomweb.md tells to write into OHIF's app-config.js. */
export const CONFIG = `window.config = {
  routerBasename: "/",
  extensions: [],
  modes: [],
  customizationService: {},
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: false,
  showLoadingIndicator: true,
  investigationalUseDialog: { option: "never" },
  defaultDataSourceName: "dicomweb",
  dataSources: [
    {
      namespace: "@ohif/extension-default.dataSourcesModule.dicomweb",
      sourceName: "dicomweb",
      configuration: {
        friendlyName: "Dokuei",
        name: "dokuei",
        wadoUriRoot: "/dicomweb",
        qidoRoot: "/dicomweb",
        wadoRoot: "/dicomweb",
        qidoSupportsIncludeField: false,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        supportsReject: false,
        imageRendering: "wadors",
        thumbnailRendering: "thumbnail",
        enableStudyLazyLoad: true,
        bulkDataURI: { enabled: true },
        omitQuotationForMultipartRequest: false,
      },
    },
  ],
};
`;

/** OHIF's files, from npm unless they were fetched before. */
function files(): string {
  const cache = path.resolve(import.meta.dirname, "../../../target/ohif");
  const archive = path.join(cache, FILE);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(archive)) {
    // Beside it first: whoever is interrupted leaves no half of a file.
    const fresh = mkdtempSync(path.join(cache, "fetching-"));
    execFileSync("npm", ["pack", PACKAGE, "--silent", "--pack-destination", fresh], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    renameSync(path.join(fresh, FILE), archive);
    rmSync(fresh, { recursive: true });
  }
  const found = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (found !== SHA512) throw new Error(`${archive} is not what it was when this was written`);
  const folder = mkdtempSync(path.join(tmpdir(), "dokuei-ohif-"));
  execFileSync("tar", ["xzf", archive, "-C", folder, "--exclude=*/dist/ort", "package/dist"]);
  return folder;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** OHIF on a port of this machine, with a node's DICOMweb below the same address. */
export class Ohif {
  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    readonly base: string,
  ) {}

  /** Serves it; what the pages ask the node for is asked with `token`, which they never see. */
  static async start(node: string, token: string): Promise<Ohif> {
    const folder = files();
    const dist = path.join(folder, "package/dist");
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      if (pathname.startsWith("/dicomweb/"))
        forward(node, token, request, response).catch((error: unknown) => {
          response.writeHead(502).end(String(error));
        });
      else serve(dist, pathname, response);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    return new Ohif(server, folder, `http://127.0.0.1:${port}`);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function serve(dist: string, pathname: string, response: ServerResponse): void {
  if (pathname === "/app-config.js") {
    response.writeHead(200, { "Content-Type": "text/javascript" }).end(CONFIG);
    return;
  }
  const wanted = path.join(dist, path.normalize(pathname));
  // Every other path is one of the pages of a single-page application.
  const file =
    TYPES[path.extname(wanted)] && existsSync(wanted) ? wanted : path.join(dist, "index.html");
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "Content-Type": type }).end(readFileSync(file));
}

async function forward(
  node: string,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  for (const name of ["accept", "range"] as const) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const answer = await fetch(new URL(request.url ?? "/", node), { headers });
  const type = answer.headers.get("content-type");
  response.writeHead(answer.status, type === null ? {} : { "Content-Type": type });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
