import type { VirtualItem } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactElement, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { CaseSummary } from "../backend/types";
import { CaseCells } from "./CaseCells";
import type { Window } from "./useWindow";

const COLUMNS = ["patient", "question", "counterpart", "state", "requested"] as const;

/**
 * The rows that are on the screen and some around them; what is above and below is empty space of their height. To a screen
 * reader each row says where it is among all.
 */
export function CaseTable({
  frame,
  total,
  shown,
  at,
}: {
  frame: RefObject<HTMLDivElement | null>;
  total: number;
  shown: Window;
  at: (row: number) => CaseSummary | undefined;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <div ref={frame} className="table-scroll case-rows">
      <table className="cases" aria-rowcount={total + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((one) => (
              <th key={one} scope="col">
                {t(`workList.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        {shown.items.map((item, place) => {
          const row = at(item.index);
          const before = shown.items[place - 1]?.end ?? shown.begin;
          return (
            <Part
              key={row?.case_id ?? item.key}
              item={item}
              row={row}
              space={item.start - before}
              measure={shown.measure}
              onReach={shown.reach}
            />
          );
        })}
        <Space height={shown.end - (shown.items.at(-1)?.end ?? shown.begin)} />
      </table>
    </div>
  );
}

/** A row, and the empty space before it. */
function Part({
  item,
  row,
  space,
  measure,
  onReach,
}: {
  item: VirtualItem;
  row: CaseSummary | undefined;
  space: number;
  measure: (row: HTMLElement | null) => void;
  onReach: (row: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const drawn = useRef<HTMLTableRowElement>(null);
  // A case that moves to another place in the list keeps its row, and with it the focus.
  useEffect(() => measure(drawn.current), [measure, item.index]);
  return (
    <>
      <Space height={space} />
      <tbody>
        <tr
          ref={drawn}
          data-index={item.index}
          data-case={row?.case_id}
          aria-rowindex={item.index + 2}
          className={row?.unread ? "unread" : undefined}
          onFocus={() => onReach(item.index)}
        >
          {row ? (
            <CaseCells row={row} />
          ) : (
            <td colSpan={COLUMNS.length} className="quiet" style={{ height: item.size }}>
              {t("common.loading")}
            </td>
          )}
        </tr>
      </tbody>
    </>
  );
}

function Space({ height }: { height: number }): ReactElement | null {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden="true" className="space">
      <tr>
        <td colSpan={COLUMNS.length} style={{ height }} />
      </tr>
    </tbody>
  );
}
