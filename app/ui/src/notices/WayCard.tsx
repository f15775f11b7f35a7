import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NOTICE_GROUPS, type NoticeGroup } from "../backend/noticeTypes";
import { Field } from "../parts/Field";
import { Groups } from "./Groups";
import { TestButton } from "./TestButton";

/** A way outside this machine: an address, and of what it is told. */
export function WayCard({
  way,
  address,
  groups,
  saved,
  disabled = false,
  onChange,
  children,
}: {
  way: "email" | "webhook";
  /** Null while this way is off. */
  address: string | null;
  groups: NoticeGroup[];
  /** Whether what is shown is what the node holds, so that a test tests it. */
  saved: boolean;
  disabled?: boolean;
  onChange: (address: string | null, groups: NoticeGroup[]) => void;
  children?: ReactNode;
}): ReactElement {
  const { t } = useTranslation("notices");
  return (
    <section className="card">
      <h2>{t(`${way}.title`)}</h2>
      <p className="quiet">{t(`${way}.explain`)}</p>
      {disabled && <p>{t("email.noServer")}</p>}
      <label>
        <input
          type="checkbox"
          checked={address !== null}
          disabled={disabled && address === null}
          onChange={(event) =>
            onChange(
              event.target.checked ? "" : null,
              event.target.checked ? [...NOTICE_GROUPS] : [],
            )
          }
        />
        {t(`${way}.use`)}
      </label>
      {address !== null && (
        <>
          <Field label={t(`${way}.address`)} required>
            {(control) => (
              <input
                {...control}
                type={way === "email" ? "email" : "url"}
                value={address}
                maxLength={1000}
                autoComplete="off"
                onChange={(event) => onChange(event.target.value, groups)}
              />
            )}
          </Field>
          <Groups
            legend={t("which")}
            chosen={groups}
            onChoose={(chosen) => onChange(address, chosen)}
          />
          {children}
          <TestButton way={way} disabled={!saved} />
        </>
      )}
    </section>
  );
}
