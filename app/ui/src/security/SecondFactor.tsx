import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { backend } from "../backend/client";
import { typedAnswer } from "../backend/factor";
import { keys } from "../backend/queries";
import { ProblemNote } from "../parts/ProblemNote";
import { Secret } from "./Secret";

/** Two steps: the authenticator reads the secret, then its first code shows that it works. */
export function EnrolSecondFactor(): ReactElement {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState("");
  const begin = useMutation({
    mutationFn: () => backend.enrolSecondFactor(passphrase),
    onSettled: () => setPassphrase(""),
  });
  if (begin.data) return <Confirm {...begin.data} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <Secret
        label={t("signIn.passphrase")}
        kind="current-password"
        value={passphrase}
        onChange={setPassphrase}
      />
      {begin.isError && <ProblemNote error={begin.error} />}
      <button className="button button-primary" disabled={passphrase === "" || begin.isPending}>
        {t("security.enrol")}
      </button>
    </form>
  );
}

function Confirm({ secret, qr_svg }: { secret: string; qr_svg: string }): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const confirm = useMutation({ mutationFn: () => backend.confirmSecondFactor(code) });
  if (confirm.data) {
    return (
      <div>
        <p className="note">{t("security.keepCodes")}</p>
        <ul className="codes">
          {confirm.data.recovery_codes.map((one) => (
            <li key={one}>
              <code>{one}</code>
            </li>
          ))}
        </ul>
        <button
          type="button"
          className="button button-primary"
          onClick={() => void client.invalidateQueries({ queryKey: keys.security })}
        >
          {t("security.kept")}
        </button>
      </div>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <p>{t("security.scan")}</p>
      <QrCode svg={qr_svg} label={t("security.qr")} />
      <p>
        <code>{secret}</code>
      </p>
      <Secret label={t("signIn.code")} kind="one-time-code" value={code} onChange={setCode} />
      {confirm.isError && <ProblemNote error={confirm.error} />}
      <button className="button button-primary" disabled={code === "" || confirm.isPending}>
        {t("security.confirm")}
      </button>
    </form>
  );
}

/** The node's drawing, taken apart and drawn again: no foreign markup comes into the page. */
function QrCode({ svg, label }: { svg: string; label: string }): ReactElement {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml");
  const size = drawing.documentElement.getAttribute("viewBox") ?? "0 0 1 1";
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={size} width="220" height="220">
      <rect width="100%" height="100%" fill="#fff" />
      <path d={drawing.querySelector("path")?.getAttribute("d") ?? ""} fill="#000" />
    </svg>
  );
}

export function RemoveSecondFactor(): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [passphrase, setPassphrase] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => backend.removeSecondFactor(passphrase, typedAnswer(code)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.security }),
    onSettled: () => setPassphrase(""),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate();
      }}
    >
      <Secret
        label={t("signIn.passphrase")}
        kind="current-password"
        value={passphrase}
        onChange={setPassphrase}
      />
      <Secret label={t("signIn.code")} kind="one-time-code" value={code} onChange={setCode} />
      {remove.isError && <ProblemNote error={remove.error} />}
      <button
        className="button button-danger"
        disabled={passphrase === "" || code === "" || remove.isPending}
      >
        {t("security.remove")}
      </button>
    </form>
  );
}
