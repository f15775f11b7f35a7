import type { FactorAsked } from "./factor";

/** RFC 9457 problem details, as the node writes them. The UI switches on `code`, never on text. */
export interface ProblemDetails {
  status: number;
  code: string;
  detail: string;
  /** The same in Japanese, where the rule that refused has its own words. */
  detailJa?: string;
  next: string;
  /** The same in Japanese, where the rule that refused has its own words. */
  nextJa?: string;
  /** Seconds to wait before trying again, when the node says so. */
  retryAfter?: number;
  /** What the second factor is asked, when an answer of it is what is missing. */
  secondFactor?: FactorAsked;
  /** What must be looked at before a study is sent. */
  findings?: Finding[];
}

/** Something to look at before a study is sent, with the node's own words in both languages. */
export interface Finding {
  code: string;
  /** It must not be sent at all. */
  final: boolean;
  /** The word by which this finding of this request is acknowledged. */
  acknowledge: string;
  detail: string;
  detail_ja: string;
}

/** A refusal or failure, with one sentence of what happened and what to do next. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detailJa: string;
  readonly next: string;
  readonly nextJa: string;
  readonly retryAfter: number | null;
  readonly secondFactor: FactorAsked | null;
  readonly findings: readonly Finding[];

  constructor(details: ProblemDetails) {
    const { status, code, detail, detailJa, next, nextJa, retryAfter, secondFactor, findings } =
      details;
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.detailJa = detailJa ?? "";
    this.next = next;
    this.nextJa = nextJa ?? "";
    this.retryAfter = retryAfter ?? null;
    this.secondFactor = secondFactor ?? null;
    this.findings = findings ?? [];
  }
}

/** A refusal that stands within an answer of the node. */
export interface RefusalView {
  code: string;
  detail: string;
  detail_ja?: string | null;
  next: string;
  next_ja?: string | null;
}

/** The same as a problem, as if the node had answered with it. */
export function problemOf(status: number, refusal: RefusalView): Problem {
  const { code, detail, detail_ja, next, next_ja } = refusal;
  return new Problem({
    status,
    code,
    detail,
    detailJa: detail_ja ?? "",
    next,
    nextJa: next_ja ?? "",
  });
}

/** The node did not answer at all: stopped, or restarting. */
export function unreachable(): Problem {
  return new Problem({ status: 0, code: "node_unreachable", detail: "", next: "" });
}

export async function readProblem(response: Response): Promise<Problem> {
  const body = await readObject(response);
  return new Problem({
    status: response.status,
    code: text(body["code"]) || `http_${response.status}`,
    detail: text(body["detail"]) || text(body["title"]),
    detailJa: text(body["detail_ja"]),
    next: text(body["next"]),
    nextJa: text(body["next_ja"]),
    ...(typeof body["retry_after"] === "number" ? { retryAfter: body["retry_after"] } : {}),
    ...(isObject(body["second_factor"]) ? { secondFactor: asked(body["second_factor"]) } : {}),
    ...(Array.isArray(body["findings"])
      ? { findings: body["findings"].filter(isObject).map(found) }
      : {}),
  });
}

function found(body: Record<string, unknown>): Finding {
  return {
    code: text(body["code"]),
    final: body["final"] === true,
    acknowledge: text(body["acknowledge"]),
    detail: text(body["detail"]),
    detail_ja: text(body["detail_ja"]),
  };
}

function asked(body: Record<string, unknown>): FactorAsked {
  const challenge = text(body["challenge"]);
  return { kind: text(body["kind"]), challenge: challenge || null, options: body["options"] };
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
