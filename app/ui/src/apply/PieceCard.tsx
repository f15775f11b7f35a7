import { useCallback, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { EvidenceKind } from "../backend/setupTypes";
import { useFormat } from "../i18n/format";
import { blobOf, EVIDENCE_KINDS, MAX_EVIDENCE, roomLeft, type Piece } from "./evidence";

/** One attachment: what it looks like, what it is, and a way to take it out again. */
export function PieceCard({
  piece,
  before,
  onKind,
  onRemove,
}: {
  piece: Piece;
  /** How large it was before it was made smaller. */
  before: string | undefined;
  onKind: (kind: EvidenceKind) => void;
  onRemove: () => void;
}): ReactElement {
  const { t } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  const format = useFormat();
  const { name } = piece;
  return (
    <div className="piece" data-piece={piece.kind}>
      <PiecePreview piece={piece} />
      <div className="piece-facts">
        <span className="piece-name">
          {name}{" "}
          <span className="quiet">
            {format.bytes(piece.size)}
            {before && t("aside", { text: t("papers.shrunk", { before }) })}
          </span>
        </span>
        <select
          aria-label={t("papers.kind", { name })}
          value={piece.kind}
          onChange={(event) =>
            onKind(EVIDENCE_KINDS.find((kind) => kind === event.target.value) ?? "other")
          }
        >
          {EVIDENCE_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {words(`evidence.kind.${kind}`)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button button-quiet"
          aria-label={t("papers.remove", { name })}
          onClick={onRemove}
        >
          {t("papers.removeShort")}
        </button>
      </div>
    </div>
  );
}

/** The picture itself; a PDF is opened by the browser's own viewer. */
export function PiecePreview({ piece }: { piece: Piece }): ReactElement {
  const { t } = useTranslation("apply");
  // The bytes have an address only as long as they are shown.
  const shown = useCallback(
    (element: HTMLImageElement | HTMLAnchorElement | null) => {
      if (!element) return undefined;
      const url = URL.createObjectURL(blobOf(piece));
      if (element instanceof HTMLImageElement) element.src = url;
      else element.href = url;
      return () => URL.revokeObjectURL(url);
    },
    [piece],
  );
  if (piece.mediaType === "application/pdf") {
    return (
      <a ref={shown} className="piece-picture" target="_blank" rel="noreferrer">
        <span aria-hidden="true">PDF</span>
        <span>{t("papers.open")}</span>
      </a>
    );
  }
  return (
    <img ref={shown} className="piece-picture" alt={t("papers.preview", { name: piece.name })} />
  );
}

/** How much of the space is used. */
export function Space({ pieces }: { pieces: Piece[] }): ReactElement {
  const { t } = useTranslation("apply");
  const used = MAX_EVIDENCE - roomLeft(pieces);
  // In the unit of the limit, as it is explained above.
  const label = t("papers.used", { used: mebibytes(used), most: mebibytes(MAX_EVIDENCE) });
  return (
    <div className="space">
      <progress aria-label={label} max={MAX_EVIDENCE} value={used} />
      <span className="quiet">{label}</span>
    </div>
  );
}

function mebibytes(bytes: number): string {
  return (Math.ceil((bytes / 2 ** 20) * 10) / 10).toString();
}
