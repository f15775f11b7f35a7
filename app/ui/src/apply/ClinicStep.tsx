import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { SetupNode } from "../backend/setupTypes";
import { Words } from "../parts/Words";
import type { Change } from "./ApplyForm";
import { Choice } from "./Choice";
import { DEVICE_CLASSES, forNode, OWNERS, type Draft } from "./draft";

/** For whom certificates are applied for, and what the registry certifies of the machine. */
export function ClinicStep({
  node,
  draft,
  change,
}: {
  node: SetupNode;
  draft: Draft;
  change: Change;
}): ReactElement {
  const { t } = useTranslation("apply");
  const { t: words } = useTranslation("applications");
  return (
    <>
      <section className="card">
        <Choice
          legend={t("clinic.wanted")}
          name="wanted"
          value={draft.wanted}
          options={(["both", "node", "practitioner"] as const).map((value) => ({
            value,
            label: t(`clinic.${value}`),
            hint: t(`clinic.${value}Hint`),
          }))}
          onChange={(wanted) => change({ wanted })}
        />
      </section>
      {forNode(draft) && (
        <section className="card">
          <dl className="facts">
            <div>
              <dt>{t("clinic.institution")}</dt>
              <dd>
                <strong>{node.institution.name}</strong>
              </dd>
            </div>
            <div>
              <dt>{t("clinic.code")}</dt>
              <dd>{node.institution.code}</dd>
            </div>
          </dl>
          <p className="quiet">
            <Words>{t("clinic.institutionHint")}</Words>
          </p>
          <Choice
            legend={t("clinic.device")}
            name="device"
            value={draft.deviceClass}
            options={DEVICE_CLASSES.map((value) => ({
              value,
              label: words(`device.${value}`),
              hint: t(`clinic.deviceHint.${value}`),
            }))}
            onChange={(deviceClass) => change({ deviceClass })}
          />
          <Choice
            legend={t("clinic.owner")}
            name="owner"
            value={draft.owner}
            options={OWNERS.map((value) => ({ value, label: words(`owner.${value}`) }))}
            onChange={(owner) => change({ owner })}
          />
          {draft.owner === "private" && draft.deviceClass !== "virtual-desktop" && (
            <p className="note note-problem" role="status" data-rule="no-private-device">
              {t("clinic.privateDevice")}
            </p>
          )}
        </section>
      )}
    </>
  );
}
