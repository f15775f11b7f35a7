import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { program, told } from "./registryDesk";

/** A registry's program in a directory without a registry. */
export class EmptyRegistry {
  private readonly dir = mkdtempSync(path.join(tmpdir(), "dokuei-registry-empty-"));
  private child: ChildProcess | null = null;

  /** Starts it; gives the console's address and the code that makes a registry. */
  async serve(uiDir: string): Promise<{ address: string; code: string }> {
    const words = ["--data-dir", this.path("data"), "serve", "--json", "--ui-dir", uiDir];
    this.child = spawn(program("dokuei-registry"), words, {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const address = (await told(this.path("data/api.json"), "api")) as string;
    return { address, code: readFileSync(this.path("data/api.token"), "utf8") };
  }

  /** Whether the root's key lies on the disk. */
  keepsTheRoot(): boolean {
    return existsSync(this.path("data/root.key"));
  }

  stop(): void {
    this.child?.kill("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true });
  }

  private path(name: string): string {
    return path.join(this.dir, name);
  }
}
