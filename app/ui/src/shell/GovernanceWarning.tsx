import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useGovernance, useMine } from "../backend/governance";
import { useDueWords } from "../governance/words";
import { href } from "../route";

/** Says on every page that an incident is open, and reminds whoever is signed in of her pledge, training and reading. */
export function GovernanceWarning({
  signedIn,
  small = false,
}: {
  signedIn: boolean;
  /** One line: where images are read every line of the screen counts. */
  small?: boolean;
}): ReactElement | null {
  return signedIn ? <Warning small={small} /> : null;
}

function Warning({ small }: { small: boolean }): ReactElement | null {
  const { t } = useTranslation("governance");
  const words = useDueWords();
  const house = useGovernance().data;
  const mine = useMine().data;
  // A node for practice asks nobody for anything; what is due is told on the page on operation.
  const asks = house?.practice === false;
  const wrong = asks ? (mine?.due.filter((one) => one.wrong) ?? []) : [];
  const missing = asks ? house.due.filter((one) => one.what === "policy" && one.wrong) : [];
  if (!house?.incident && wrong.length === 0 && missing.length === 0) return null;
  return (
    <div
      className={small ? "governance-warning small" : "governance-warning"}
      role={house?.incident ? "alert" : "status"}
    >
      {house?.incident && <p className="note note-problem">{t("incident.frozen")}</p>}
      {(wrong.length > 0 || missing.length > 0) && (
        <p className="note">
          <span>{[...missing, ...wrong].map(words).join(" ")}</span>{" "}
          <a href={href({ page: "governance" })}>{t("open")}</a>
        </p>
      )}
    </div>
  );
}
