import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Debian's, by their full path: a Python environment may put namesakes first. */
const BIN = "/usr/bin";
/** The names by which archive and node know each other. */
const ARCHIVE = "PACS";
const NODE = "DOKUEI";

/** What one of DCMTK's programs says; it must succeed. */
export function dcmtk(program: string, words: string[], at?: string): string {
  // As shipped, DCMTK waits for a delayed acknowledgement with every image.
  const env = { ...process.env, TCP_NODELAY: "1" };
  return execFileSync(path.join(BIN, program), words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 << 20,
    env,
    ...(at === undefined ? {} : { cwd: at }),
  });
}

/** The files that a table of contents lists, in its order. */
export function listed(dicomdir: string): string[] {
  const told = dcmtk("dcmdump", ["+P", "ReferencedFileID", dicomdir]);
  return [...told.matchAll(/\(0004,1500\) CS \[([^\]]*)\]/g)].map(([, file]) => file ?? "");
}

/** The image archive of DCMTK, as the archive of a house: empty, and on the port at which the node looks for it. */
export class Dcmqrscp {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "dokuei-archive-"));
  private child: ChildProcess | null = null;

  constructor(
    readonly port: number,
    private readonly nodePort: number,
  ) {}

  /** Starts it; gives back once it listens. */
  async start(): Promise<void> {
    const store = path.join(this.folder, "store");
    mkdirSync(store);
    const settings = path.join(this.folder, "dcmqrscp.cfg");
    const text = [
      `NetworkTCPPort = ${this.port}`,
      "MaxPDUSize = 131072",
      "MaxAssociations = 16",
      "HostTable BEGIN",
      `dokuei = (${NODE}, localhost, ${this.nodePort})`,
      "HostTable END",
      "VendorTable BEGIN",
      "VendorTable END",
      "AETable BEGIN",
      `${ARCHIVE} ${store} RW (200, 1024mb) ANY`,
      "AETable END",
    ];
    writeFileSync(settings, `${text.join("\n")}\n`);
    this.child = spawn(path.join(BIN, "dcmqrscp"), ["-c", settings], {
      stdio: "ignore",
      env: { ...process.env, TCP_NODELAY: "1" },
    });
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries > 100) throw new Error("dcmqrscp does not listen");
      await pause(100);
    }
  }

  /** Files that it keeps. */
  kept(): number {
    const files = readdirSync(path.join(this.folder, "store"));
    return files.filter((name) => name !== "index.dat").length;
  }

  /** Puts into it what lies in a folder. */
  fill(folder: string): void {
    const between = ["-aec", ARCHIVE, "-aet", NODE, "+sd", "+r", "-R"];
    dcmtk("storescu", [...between, "localhost", String(this.port), folder]);
  }

  /** The values of an attribute that findscu finds there. */
  find(level: "STUDY" | "SERIES" | "IMAGE", keys: string[], wanted: string): string[] {
    // Asked for without a value it would match everything.
    const also = keys.some((key) => key.startsWith(`${wanted}=`)) ? [] : [wanted];
    const asked = [`QueryRetrieveLevel=${level}`, ...keys, ...also].flatMap((key) => ["-k", key]);
    const folder = mkdtempSync(path.join(this.folder, "found-"));
    const between = ["-S", "-X", "-aec", ARCHIVE, "-aet", NODE];
    dcmtk("findscu", [...between, ...asked, "localhost", String(this.port)], folder);
    return readdirSync(folder).map((file) => {
      const told = dcmtk("dcmdump", ["+P", wanted, path.join(folder, file)]);
      return /\[([^\]]*)\]/.exec(told)?.[1]?.trim() ?? "";
    });
  }

  stop(): void {
    this.child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
