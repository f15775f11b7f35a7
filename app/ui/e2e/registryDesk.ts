import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync } from "node:fs";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { required } from "./demo";
import { logged } from "./explain";

/** Where a bootstrap host is. */
export interface Bootstrap {
  /** Where the registry collects applications. */
  health: string;
  /** Where nodes reach it. */
  addresses: string[];
}

/** Whose node it is. */
export interface Clinic {
  name: string;
  code: string;
  passphrase: string;
}

/** A registry of two operators under the four-eyes rule, with a mirror, served for a browser. */
export class RegistryDesk {
  readonly dir = mkdtempSync(path.join(tmpdir(), "dokuei-registry-"));
  readonly passphrases = { kobayashi: "kobayashi counts 7 herons", mori: "mori counts 9 herons" };
  private readonly started: ChildProcess[] = [];
  private readonly logs: string[] = [];

  constructor() {
    logged(() => this.logs);
    this.write("registry.passphrase", "the registry counts 5 herons");
    for (const [name, passphrase] of Object.entries(this.passphrases)) this.write(name, passphrase);
    this.run("init", "--name", "日本歯科読影ネットワーク登録機関");
    this.run("root", "--out", this.path("root.pem"));
    this.run("application", "key", "--out", this.path("application.key"));
    this.run("operator", "add", "kobayashi", "--new-passphrase-file", this.path("kobayashi"));
    this.as("kobayashi", "operator", "add", "mori", "--new-passphrase-file", this.path("mori"));
  }

  path(name: string): string {
    return path.join(this.dir, name);
  }

  write(name: string, text: string | Uint8Array): string {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** What lies in a folder, as whoever carries off the disk sees it. */
  files(folder: string): Buffer[] {
    return readdirSync(this.path(folder), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => readFileSync(path.join(one.parentPath, one.name)));
  }

  /** An applicant's sealed application; gives its id. */
  apply(file: string, who: "specialist" | "dentist" | "node", evidence: string[]): string {
    const words = [this.path("root.pem"), this.path("application.key"), this.path(file), who];
    return execFileSync(program("examples/apply"), [...words, ...evidence], {
      encoding: "utf8",
    }).trim();
  }

  /** A request that OpenSSL made, PEM. */
  request(): string {
    const key = this.path("requested.key");
    execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", key]);
    return execFileSync("openssl", ["req", "-new", "-key", key, "-subj", "/CN=request"], {
      encoding: "utf8",
    });
  }

  /** A file of so many practitioners, with requests that OpenSSL made. */
  people(file: string, count: number): string {
    const rows = Array.from(
      { length: count },
      (_, index) => `山田 ${index},Yamada ${index},dentist,90000${index},"${this.request()}"\n`,
    );
    return this.write(
      file,
      `name_ja,name_latin,licence_type,licence_number,request\n${rows.join("")}`,
    );
  }

  /** Starts the mirror and the service; gives the console's address. */
  async serve(uiDir: string): Promise<string> {
    const { health } = await this.bootstrap();
    this.write("data/registry.toml", `four_eyes = true\nbootstraps = ["${health}"]\n`);
    this.start("dokuei-registry", [
      ...["--data-dir", this.path("data"), "--passphrase-file", this.path("kobayashi")],
      ...["--operator", "kobayashi", "serve", "--listen", "127.0.0.1:0", "--ui-dir", uiDir],
    ]);
    return (await told(this.path("data/api.json"), "api")) as string;
  }

  /** Starts a bootstrap host, which mirrors the register and keeps sealed applications. */
  async bootstrap(): Promise<Bootstrap> {
    this.start("dokuei-bootstrap", [
      ...["run", "--data-dir", this.path("bootstrap"), "--health", "127.0.0.1:0"],
      ...["--listen", "/ip4/127.0.0.1/udp/0/quic-v1", "--root", this.path("root.pem")],
      ...["--register-dir", this.path("data/register")],
    ]);
    const file = this.path("bootstrap/addresses.json");
    const health = (await told(file, "health")) as string;
    return {
      health: health.startsWith("http") ? health : `http://${health}`,
      addresses: (await told(file, "addresses")) as string[],
    };
  }

  /** Makes a node without any certificate and runs it; gives the address of its app. */
  async node(clinic: Clinic, { addresses }: Bootstrap, uiDir: string): Promise<string> {
    const place = ["--data-dir", this.path("node")];
    const secret = ["--passphrase-file", this.write("node.passphrase", clinic.passphrase)];
    const institution = ["--institution", clinic.name, "--institution-code", clinic.code];
    execFileSync(program("dokuei"), ["init", ...place, ...secret, ...institution], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.start("dokuei", [
      ...["run", ...place, ...secret, "--api", "127.0.0.1:0", "--ui-dir", uiDir],
      ...["--listen", "/ip4/127.0.0.1/udp/0/quic-v1"],
      ...addresses.flatMap((address) => ["--bootstrap", address]),
    ]);
    return (await told(this.path("node/api.json"), "api")) as string;
  }

  stop(): void {
    for (const child of this.started.reverse()) child.kill("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** What the registry's program does with the registry's own passphrase. */
  run(...words: string[]): void {
    this.call(["--passphrase-file", this.path("registry.passphrase"), ...words]);
  }

  /** What the registry's program does for an operator; gives what it said, of `--json` words the value. */
  as(operator: "kobayashi" | "mori", ...words: string[]): unknown {
    const said = this.call([
      ...["--operator", operator, "--passphrase-file", this.path(operator)],
      ...words,
    ]);
    return words.includes("--json") ? JSON.parse(said) : said;
  }

  private call(words: string[]): string {
    return execFileSync(program("dokuei-registry"), ["--data-dir", this.path("data"), ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  private start(name: string, words: string[]): void {
    const log = this.path(`${name}.log`);
    this.logs.push(log);
    const file = openSync(log, "a");
    this.started.push(spawn(program(name), words, { stdio: ["ignore", "ignore", file] }));
    closeSync(file);
  }
}

export function program(name: string): string {
  return path.join(required("DOKUEI_PROGRAMS"), name);
}

/** What a program writes down once it listens. */
export async function told(file: string, field: string): Promise<unknown> {
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      const value = (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)[field];
      if (value !== undefined) return value;
    } catch {
      // Not yet.
    }
    await sleep(100);
  }
  throw new Error(`${file} does not tell ${field}`);
}
