import { segment, send } from "../../backend/client";
import type { Outcome } from "../client";

/** Who comes and goes among the operators; one function each. */
export const staff = {
  add: (name: string, passphrase: string) =>
    send<Outcome>("POST", "/operators", { name, passphrase }),
  end: (name: string) => send<Outcome>("DELETE", `/operators/${segment(name)}`),
  changePassphrase: (passphrase: string, fresh: string) =>
    send<unknown>("POST", "/operators/passphrase", { passphrase, new_passphrase: fresh }),
};
