import { useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Steps that are shown when they are asked for, or are on their way. */
export function Opening({
  label,
  open = false,
  children,
}: {
  label: string;
  open?: boolean;
  children: (close: () => void) => ReactNode;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [shown, setShown] = useState(open);
  if (!shown) {
    return (
      <div className="buttons">
        <button type="button" className="button" onClick={() => setShown(true)}>
          {label}
        </button>
      </div>
    );
  }
  return (
    <div className="happens">
      <div className="title-row">
        <h3>{label}</h3>
        <span className="spacer" />
        <button type="button" className="button button-quiet" onClick={() => setShown(false)}>
          {t("roll.close")}
        </button>
      </div>
      {children(() => setShown(false))}
    </div>
  );
}
