import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { keys, useApplications, useSession, useSetupNode } from "../backend/queries";
import { setup } from "../backend/setup";
import type { SetupNode } from "../backend/setupTypes";
import { ProblemNote } from "../parts/ProblemNote";
import { href, type ApplyStep } from "../route";
import { ApplyForm } from "./ApplyForm";
import { OwnerSignIn } from "./OwnerSignIn";
import { RootStep } from "./RootStep";
import { StatusPage } from "./StatusPage";
import { StepList } from "./StepList";

/** Setting up a node and applying for credentials, from the registry's root to the answer. */
export function ApplyPage({ step }: { step: ApplyStep | null }): ReactElement {
  const { t } = useTranslation("apply");
  const query = useSetupNode();
  const session = useSession();
  // Closed for want of use: what was typed stays, unseen, until the passphrase is given again.
  const [held, setHeld] = useState<SetupNode | null>(null);
  if (query.data && query.data !== held) setHeld(query.data);
  const node = query.data ?? held;
  const closed = query.data === null;
  const certified = node?.certified === true;
  return (
    <div className="page page-narrow apply">
      {certified && <a href={href({ page: "work" })}>← {t("toSignIn")}</a>}
      <h1>{t(certified ? "titleAgain" : "title")}</h1>
      {query.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {query.isError && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {closed && <OwnerSignIn />}
      {node && (
        <div className="apply-opened" hidden={closed} inert={closed}>
          <Opened node={node} step={step} />
          {session.data === null && <Leave />}
        </div>
      )}
    </div>
  );
}

/** For a machine that others use too: the passphrase of the node is asked for again. */
function Leave(): ReactElement {
  const { t } = useTranslation("apply");
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: setup.closeAsOwner,
    onSettled: () => client.invalidateQueries({ queryKey: keys.setupNode }),
  });
  return (
    <div className="buttons">
      <span className="spacer" />
      <button type="button" className="button button-quiet" onClick={() => leave.mutate()}>
        {t("owner.leave")}
      </button>
    </div>
  );
}

function Opened({ node, step }: { node: SetupNode; step: ApplyStep | null }): ReactElement {
  const { t } = useTranslation();
  const applications = useApplications();
  // Of applications that are on their way to a bootstrap host: the node's job, by application.
  const [jobs, setJobs] = useState<Record<string, string>>({});
  if (!node.root) {
    return (
      <>
        <p>{t("intro", { ns: "apply" })}</p>
        <StepList at="root" />
        <RootStep />
      </>
    );
  }
  if (applications.isPending) return <p className="quiet">{t("common.loading")}</p>;
  if (!applications.data)
    return <ProblemNote error={applications.error} onRetry={() => void applications.refetch()} />;
  if (step === null && applications.data.length > 0) {
    return (
      <StatusPage
        node={node}
        applications={applications.data}
        jobs={jobs}
        onJob={(id, job) => setJobs((old) => ({ ...old, [id]: job }))}
      />
    );
  }
  const issued = applications.data.flatMap((one) =>
    one.state === "issued" && one.practitioner ? [one.practitioner] : [],
  );
  return <KeptForm node={node} issued={issued} step={step ?? "clinic"} onSent={setJobs} />;
}

/** The form, once what the node keeps of it is here. */
function KeptForm({
  node,
  issued,
  step,
  onSent,
}: {
  node: SetupNode;
  issued: string[];
  step: ApplyStep;
  onSent: (jobs: Record<string, string>) => void;
}): ReactElement {
  const { t } = useTranslation();
  const kept = useQuery({
    queryKey: ["application-draft"],
    queryFn: setup.draft,
    staleTime: Infinity,
    gcTime: 0,
  });
  const people = useQuery({
    queryKey: [...keys.signInChoices, "known"],
    queryFn: setup.known,
  });
  if (kept.isError) return <ProblemNote error={kept.error} onRetry={() => void kept.refetch()} />;
  if (!kept.data || people.isPending) return <p className="quiet">{t("common.loading")}</p>;
  return (
    <ApplyForm
      node={node}
      kept={kept.data}
      known={people.data ?? []}
      issued={issued}
      step={step}
      onSent={onSent}
    />
  );
}
