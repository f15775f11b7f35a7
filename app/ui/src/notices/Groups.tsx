import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { NOTICE_GROUPS, type NoticeGroup } from "../backend/noticeTypes";

/** Of what one is told by one way. */
export function Groups({
  legend,
  chosen,
  onChoose,
}: {
  legend: string;
  chosen: NoticeGroup[];
  onChoose: (groups: NoticeGroup[]) => void;
}): ReactElement {
  const { t } = useTranslation("notices");
  return (
    <fieldset className="choices">
      <legend className="quiet">{legend}</legend>
      {NOTICE_GROUPS.map((group) => (
        <label key={group}>
          <input
            type="checkbox"
            checked={chosen.includes(group)}
            onChange={(event) =>
              onChoose(
                event.target.checked ? [...chosen, group] : chosen.filter((one) => one !== group),
              )
            }
          />
          {t(`group.${group}`)}
        </label>
      ))}
    </fieldset>
  );
}
