import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Words } from "../../parts/Words";
import { Facts } from "../Facts";
import { files } from "../client";
import { AuthorityRollover } from "./AuthorityRollover";
import { HereDialog } from "./HereDialog";
import type { Changed } from "./KeysPage";
import { Lasts } from "./Lasts";
import { Opening } from "./Opening";
import { RootRollover } from "./RootRollover";
import type { Authority, KeyStanding, Root } from "./types";

interface Card {
  standing: KeyStanding;
  onDone: (what: Changed) => void;
}

/** The issuing authority in use, those before it, and the way to the next. */
export function AuthorityCard({ standing, onDone }: Card): ReactElement {
  const { t } = useTranslation("registryKeys");
  const current = standing.authorities.filter((one) => one.current);
  const earlier = standing.authorities.filter((one) => !one.current);
  return (
    <div className="card stack" data-card="authority">
      <h2>{t("keys.authority")}</h2>
      <p className="quiet">{t("keys.authorityUse")}</p>
      {current.map((one) => (
        <AuthorityFacts key={one.fingerprint} authority={one} />
      ))}
      {earlier.length > 0 && (
        <details>
          <summary>{t("keys.earlier")}</summary>
          {earlier.map((one) => (
            <AuthorityFacts key={one.fingerprint} authority={one} />
          ))}
        </details>
      )}
      <Opening label={t("roll.authority")} open={standing.request !== null}>
        {(close) => (
          <AuthorityRollover
            standing={standing}
            onDone={() => {
              close();
              onDone("authority");
            }}
          />
        )}
      </Opening>
    </div>
  );
}

function AuthorityFacts({ authority }: { authority: Authority }): ReactElement {
  const { t } = useTranslation("registryKeys");
  return (
    <Facts
      rows={[
        [t("keys.subject"), authority.subject],
        [t("keys.fingerprint"), <span className="code">{authority.fingerprint}</span>],
        [t("keys.validity"), <Lasts validity={authority.validity} />],
        [t("keys.certificates"), t("keys.count", { count: authority.certificates })],
        ...(authority.current
          ? []
          : [
              ["", t(authority.signs_list ? "keys.signsList" : "keys.retired")] as [string, string],
            ]),
      ]}
    />
  );
}

/** The root in force, where its key lies, those before it, and the way to the next. */
export function RootCard({ standing, onDone }: Card): ReactElement {
  const { t } = useTranslation("registryKeys");
  const earlier = standing.roots.filter((root) => !root.current);
  const here = standing.roots.some((root) => root.key_here !== null);
  return (
    <div className="card stack" data-card="root">
      <h2>{t("keys.root")}</h2>
      <p className="quiet">{t("keys.rootUse")}</p>
      {standing.roots
        .filter((root) => root.current)
        .map((root) => (
          <RootFacts key={root.fingerprint} root={root} />
        ))}
      {here && (
        <p className="note">
          <Words>{t("keys.keyHereNote")}</Words>
        </p>
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{t("keys.earlierRoots")}</summary>
          {earlier.map((root) => (
            <RootFacts key={root.fingerprint} root={root} />
          ))}
        </details>
      )}
      <div className="buttons">
        <a className="button" href={files.root} download="root.pem">
          {t("keys.rootFile")}
        </a>
      </div>
      <Opening label={t("roll.root")}>
        {(close) => (
          <RootRollover
            standing={standing}
            onDone={() => {
              close();
              onDone("root");
            }}
          />
        )}
      </Opening>
    </div>
  );
}

function RootFacts({ root }: { root: Root }): ReactElement {
  const { t } = useTranslation("registryKeys");
  return (
    <Facts
      rows={[
        [t("keys.subject"), root.subject],
        [t("keys.fingerprint"), <span className="code">{root.fingerprint}</span>],
        [t("keys.validity"), <Lasts validity={root.validity} />],
        [
          t("keys.keyAt"),
          root.key_here === null ? t("keys.keyAway") : t("keys.keyHere", { file: root.key_here }),
        ],
      ]}
    />
  );
}

/** The key that signs the register, which changes on the root's word. */
export function RegisterKeyCard({ standing, onDone }: Card): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [asked, setAsked] = useState(false);
  return (
    <div className="card stack" data-card="register">
      <h2>{t("keys.register")}</h2>
      <p className="quiet">{t("keys.registerUse")}</p>
      <Facts
        rows={[
          [t("keys.publicKey"), <span className="code">{standing.register_key.key}</span>],
          [t("keys.validity"), <Lasts validity={standing.register_key.validity} />],
        ]}
      />
      <div className="buttons">
        <button type="button" className="button" onClick={() => setAsked(true)}>
          {t("roll.register")}
        </button>
      </div>
      {asked && (
        <HereDialog
          what="register"
          name={standing.name}
          keyHere={standing.roots.some((root) => root.current && root.key_here !== null)}
          onClose={() => setAsked(false)}
          onDone={() => {
            setAsked(false);
            onDone("register");
          }}
        />
      )}
    </div>
  );
}
