import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A node of the running demo, as `cargo xtask demo --json` writes it. */
export interface DemoNode {
  role: "registry" | "bootstrap" | "clinic" | "specialist";
  api: string;
  token_file: string;
  data_dir: string;
  /** Where it takes what devices and archives send. */
  dicom_port: number | null;
  /** Where it looks for the archive of its house, which a scene may start there. */
  archive_port: number | null;
  ui: string;
}

export interface Credential {
  role: string;
  practitioner: string;
  passphrase: string;
}

/** The running program of a role. */
export function nodeOf(role: DemoNode["role"]): DemoNode {
  const { nodes } = readJson("DOKUEI_DEMO_JSON") as { nodes: DemoNode[] };
  const node = nodes.find((one) => one.role === role);
  if (!node) throw new Error(`the demo's file names no ${role}`);
  return node;
}

/** The clinic of the running demo, and who signs in there. */
export function clinic(): { node: DemoNode; credential: Credential } {
  const [credential] = credentialsAt("clinic");
  if (!credential) throw new Error("the demo's files name no clinic");
  return { node: nodeOf("clinic"), credential };
}

/** Who signs in at the node of a role. */
export function credentialsAt(role: DemoNode["role"]): Credential[] {
  const credentials = readJson("DOKUEI_DEMO_CREDENTIALS") as Credential[];
  return credentials.filter((one) => one.role === role);
}

/** Where screenshots go: DOKUEI_SCREENSHOTS, else the workspace's target folder. */
export function screenshots(): string {
  const folder =
    process.env["DOKUEI_SCREENSHOTS"] ??
    path.resolve(import.meta.dirname, "../../../target/screenshots");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Where a screenshot of this name goes. */
export function screenshot(name: string): string {
  return path.join(screenshots(), `${name}.png`);
}

/** The logs of the demo's nodes, which lie beside their data. */
export function nodeLogs(): string[] {
  const { nodes } = readJson("DOKUEI_DEMO_JSON") as { nodes: DemoNode[] };
  const read = nodes.filter(({ role }) => role === "clinic" || role === "specialist");
  return read.map((node) => path.join(path.dirname(node.data_dir), "node.log"));
}

/** An environment variable that the test cannot do without. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}; see CONTRIBUTING.md`);
  return value;
}

/** Grey levels of the image on the screen. A blank or uniform picture has a spread of zero. */
export interface Pixels {
  width: number;
  height: number;
  spread: number;
}

/**
 * Run in the page: draws the image shown into a canvas and measures it. Kept as text because WebDriver takes text.
 */
export const MEASURE_IMAGE = `
  const image = document.querySelector(".stage img");
  if (!image || !image.complete || image.naturalWidth === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let low = 255, high = 0;
  for (let at = 0; at < data.length; at += 4) {
    low = Math.min(low, data[at]);
    high = Math.max(high, data[at]);
  }
  return { width: canvas.width, height: canvas.height, spread: high - low };
`;

function readJson(variable: string): unknown {
  return JSON.parse(readFileSync(required(variable), "utf8"));
}
