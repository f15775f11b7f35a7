import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { EvidenceKind } from "../backend/setupTypes";
import { FileButton } from "../parts/FileButton";
import type { PartOfForm } from "./ApplyForm";
import { forNode, forPerson, QUALIFICATIONS, type Draft } from "./draft";
import { readPiece, type EvidenceFault, type Piece } from "./evidence";
import { useFormat } from "../i18n/format";
import { PieceCard, Space } from "./PieceCard";
import { TextInput } from "./TextInput";

/** What shows that the claims are true, and how the registry asks back. */
export function PapersStep({
  draft,
  pieces,
  faults,
  change,
  onPieces,
}: PartOfForm & {
  pieces: Piece[];
  onPieces: (pieces: Piece[]) => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const add = useAddition(draft, pieces, onPieces);
  return (
    <>
      <section
        className="card papers"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          add.take([...event.dataTransfer.files]);
        }}
      >
        <h3>{t("papers.title")}</h3>
        <p>{t("papers.explain")}</p>
        <Wanted draft={draft} pieces={pieces} />
        <div className="buttons">
          <FileButton
            label={t("papers.add")}
            name="evidence"
            accept="image/png,image/jpeg,application/pdf"
            multiple
            busy={add.busy}
            onFiles={add.take}
          />
          <span className="quiet">{t(add.busy ? "papers.reading" : "papers.drop")}</span>
        </div>
        {add.faults.map(({ name, fault }) => (
          <p key={name + fault} className="note note-problem" role="alert" data-fault={fault}>
            {t(`papers.fault.${fault}`, { name })}
          </p>
        ))}
        {pieces.length > 0 && (
          <>
            <ul className="pieces">
              {pieces.map((piece, index) => (
                <li key={String(index) + piece.name}>
                  <PieceCard
                    piece={piece}
                    before={add.before[mark(piece)]}
                    onKind={(kind) =>
                      onPieces(pieces.map((one, at) => (at === index ? { ...one, kind } : one)))
                    }
                    onRemove={() => onPieces(pieces.filter((_, at) => at !== index))}
                  />
                </li>
              ))}
            </ul>
            <Space pieces={pieces} />
          </>
        )}
      </section>
      <section className="card">
        <h3>{t("papers.contact")}</h3>
        <p className="quiet">{t("papers.reachHint")}</p>
        <div className="pair">
          <TextInput
            label={t("papers.email")}
            name="email"
            type="email"
            autoComplete="email"
            value={draft.email}
            fault={faults.email}
            onChange={(email) => change({ email })}
          />
          <TextInput
            label={t("papers.telephone")}
            name="telephone"
            type="tel"
            autoComplete="tel"
            value={draft.telephone}
            fault={faults.telephone}
            onChange={(telephone) => change({ telephone })}
          />
        </div>
        <TextInput
          label={t("papers.note")}
          name="note"
          rows={3}
          hint={t("papers.noteHint")}
          value={draft.note}
          fault={faults.note}
          onChange={(note) => change({ note })}
        />
      </section>
    </>
  );
}

/** Reads the files that are chosen or dropped, one after the other, and tells of those that cannot be attached. */
function useAddition(draft: Draft, pieces: Piece[], onPieces: (pieces: Piece[]) => void) {
  const format = useFormat();
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<{ name: string; fault: EvidenceFault }[]>([]);
  const [before, setBefore] = useState<Record<string, string>>({});
  const read = async (files: File[]) => {
    setBusy(true);
    const wrong: { name: string; fault: EvidenceFault }[] = [];
    const all = [...pieces];
    const sizes: Record<string, string> = {};
    for (const file of files) {
      const kind = nextKind(draft, all);
      const read = await readPiece(file, kind, all).catch(() => "unreadable" as const);
      if (typeof read === "string") wrong.push({ name: file.name, fault: read });
      else {
        all.push(read);
        if (read.size < file.size) sizes[mark(read)] = format.bytes(file.size);
      }
    }
    setBefore((old) => ({ ...old, ...sizes }));
    setFaults(wrong);
    onPieces(all);
    setBusy(false);
  };
  return { busy, faults, before, take: (files: File[]) => void read(files) };
}

/** Tells one attachment from another. */
const mark = (piece: Piece) => String(piece.content.length) + piece.name;

/** What the registry hopes for, in the order in which people have it at hand. */
export function wantedKinds(draft: Draft): EvidenceKind[] {
  const wanted: EvidenceKind[] = [];
  if (forPerson(draft)) {
    wanted.push("licence");
    if (QUALIFICATIONS.some((code) => draft.qualifications[code].claimed))
      wanted.push("qualification");
  }
  if (forNode(draft)) wanted.push("institution");
  return wanted;
}

function nextKind(draft: Draft, pieces: Piece[]): EvidenceKind {
  return wantedKinds(draft).find((kind) => pieces.every((one) => one.kind !== kind)) ?? "other";
}

function Wanted({ draft, pieces }: { draft: Draft; pieces: Piece[] }): ReactElement {
  const { t } = useTranslation("apply");
  return (
    <div className="wanted">
      <h4>{t("papers.wanted")}</h4>
      <ul>
        {wantedKinds(draft).map((kind) => {
          const has = pieces.some((one) => one.kind === kind);
          return (
            <li key={kind} data-wanted={kind} className={has ? "has" : ""}>
              <span aria-hidden="true">{has ? "✓" : "○"}</span>{" "}
              {t(`papers.${kind as "licence" | "qualification" | "institution"}`)}
              <span className="quiet">
                {t("aside", { text: t(has ? "papers.has" : "papers.missing") })}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
