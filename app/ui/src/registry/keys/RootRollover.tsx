import { useMutation } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { FileButton } from "../../parts/FileButton";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { Ceremony } from "./Ceremony";
import { HereDialog } from "./HereDialog";
import { TakeDialog, type Came } from "./TakeDialog";
import { WayField, type Way } from "./WayField";
import { keyring } from "./client";
import { useCeremony, useTaken } from "./queries";
import type { KeyStanding } from "./types";

/** The root that follows, made and certified elsewhere, or by a ceremony here. */
export function RootRollover({
  standing,
  onDone,
}: {
  standing: KeyStanding;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [way, setWay] = useState<Way>("away");
  const [signing, setSigning] = useState(false);
  const held = useCeremony().data;
  const taken = useTaken();
  return (
    <div className="stack" data-rollover="root">
      <WayField legend={t("roll.way")} texts="roll" value={way} onChange={setWay} />
      {way === "away" ? (
        <ByFile name={standing.name} onDone={onDone} />
      ) : (
        <>
          <p className="note">{t("roll.hereNote")}</p>
          <Ceremony name={standing.name} />
          {held?.tried && (
            <button
              type="button"
              className="button button-primary"
              onClick={() => setSigning(true)}
            >
              {t("roll.root")}
            </button>
          )}
        </>
      )}
      {signing && (
        <HereDialog
          what="root"
          name={standing.name}
          keyHere={standing.roots.some((root) => root.current && root.key_here !== null)}
          onClose={() => setSigning(false)}
          onDone={() => {
            taken(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}

function ByFile({ name, onDone }: { name: string; onDone: () => void }): ReactElement {
  const { t } = useTranslation("registryKeys");
  const [came, setCame] = useState<Came | null>(null);
  const [lacking, setLacking] = useState(false);
  const check = useMutation({
    mutationFn: async ([root, cross]: [File, File]): Promise<Came> => {
      const carried = { root: await root.text(), cross: await cross.text() };
      return { what: "root", carried, preview: await keyring.checkRoot(carried) };
    },
    onSuccess: setCame,
  });
  const choose = (files: File[]) => {
    const [root, cross] = ["root.pem", "cross.pem"].map((wanted) =>
      files.find((file) => file.name === wanted),
    );
    setLacking(!root || !cross);
    if (root && cross) check.mutate([root, cross]);
  };
  const commands = [
    `dokuei-registry root create --name "${name}" --out next-root`,
    `dokuei-registry root split --key next-root/root.key --cert next-root/root.pem --out pages`,
    `dokuei-registry root cross --key root.key --cert root.pem --successor next-root`,
  ];
  return (
    <ol className="steps">
      <li className="stack">
        <p>{t("roll.onRoot")}</p>
        <pre className="code">{commands.join("\n")}</pre>
      </li>
      <li className="stack">
        <p>
          <Words>{t("roll.bringRoot")}</Words>
        </p>
        <div className="buttons">
          <FileButton
            label={t("roll.rootFiles")}
            name="rootFiles"
            accept=".pem"
            multiple
            busy={check.isPending}
            onFiles={choose}
          />
        </div>
        {lacking && (
          <p className="note" role="alert">
            <Words>{t("roll.bothFiles")}</Words>
          </p>
        )}
        {check.isError && <ProblemNote error={check.error} />}
      </li>
      {came && <TakeDialog came={came} onClose={() => setCame(null)} onDone={onDone} />}
    </ol>
  );
}
