import { address, get, segment, send } from "./client";
import { readProblem, unreachable } from "./problem";
import type { KeptDraft, LeftDraft, ReportDraft, Saved, Template, Templates } from "./reportTypes";

const draftOf = (caseId: string) => `/cases/${segment(caseId)}/draft`;

/** Reports that are being written, and their templates. */
export const reports = {
  draft: (caseId: string) =>
    get<{ draft: KeptDraft | null }>(draftOf(caseId)).then((answer) => answer.draft),
  saveDraft: (caseId: string, revision: number, content: object) =>
    send<Saved>("PUT", draftOf(caseId), { revision, content }),
  discardDraft: (caseId: string) => send<null>("DELETE", draftOf(caseId)),
  leftDrafts: () => get<LeftDraft[]>("/me/left-drafts"),
  discardLeft: ({ case_id, of }: LeftDraft) =>
    send<null>(
      "DELETE",
      of === "report" ? draftOf(case_id) : `/cases/${segment(case_id)}/reconciliation-draft`,
    ),
  preview,
  templates: () => get<Templates>("/report-templates"),
  saveTemplate: (template: Template) =>
    send<Template>("PUT", `/report-templates/${segment(template.id)}`, template),
  removeTemplate: (id: string) => send<null>("DELETE", `/report-templates/${segment(id)}`),
};

/** Where a template lies that is saved as a file. */
export function templateFile(id: string): string {
  return address(`/report-templates/${segment(id)}`);
}

/** How a report would be printed: a PDF that says on every page that it is a draft. */
async function preview(caseId: string, report: ReportDraft): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address(`/cases/${segment(caseId)}/report/preview`), {
      method: "POST",
      headers: { "X-Dokuei": "1", "Content-Type": "application/json" },
      body: JSON.stringify({ status: "final", ...report }),
    });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await readProblem(response);
  return response.blob();
}
