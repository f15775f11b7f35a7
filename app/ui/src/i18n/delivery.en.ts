import type { DeliveryTexts } from "./delivery.ja";

export const deliveryEn: DeliveryTexts = {
  amount: "{{done}} of {{total}} ({{percent}} %)",
  rate: "{{rate}}/s",
  left: {
    seconds: "about {{count}} s left",
    minutes: "about {{count}} min left",
    hours: "about {{count}} h left",
  },
  since: "since {{at}}",
  nextTry: "next try {{at}}",
  waiting: "{{count}} signed entries wait to be sent",
  state: {
    queued: "Waits to be sent",
    connecting: "Connecting",
    sending: "Being sent",
    delivered: "Delivered",
    opened: "Read by the other side",
    refused: "Refused by the other side",
  },
  reason: {
    no_network: "This node is not on the network.",
    unknown_address: "Nobody has told yet where the other node is.",
    unreachable: "The other node is switched off, or no path leads to it.",
    we_refuse: "This node does not admit the other: check the certificates and the register.",
    we_ban:
      "The other node broke the protocol and is kept away for a time. Tell the administrator.",
    peer_refuses:
      "The other node does not admit this one: check the certificates and the register.",
    not_taken_yet: "The other node cannot take it yet; it is offered again by itself.",
    peer_refuses_entry: "The other node will not take it. Telephone the other side.",
    peer_misbehaves: "The other node broke the protocol. Tell the administrator.",
    no_answer: "The other node does not answer in time.",
    interrupted: "The connection was lost; it goes on by itself.",
    stalled: "Nothing came for a while; it is tried again by itself.",
    holder_refuses: "The other node does not give the images yet; it is tried again by itself.",
    bad_slice: "What came is not what was signed, and was thrown away.",
    storage_failed: "This disk could not store it. Tell the administrator.",
    disk_full: "This disk is full. Make room, and it goes on by itself.",
    not_accepted: "Waits until the request is accepted.",
    erased_here:
      "It was erased here because one device declined it, and then accepted at another. Cancel the transfer, then send it again.",
    other: "It stands still ({{code}}).",
  },
  cancel: {
    button: "Cancel the transfer",
    title: "Cancel the transfer and erase it?",
    text: "The key of this transfer and all that has arrived of it are erased at both sides. The original images stay with the requester, who can send them again.",
    reason: "Reason",
    keep: "Let it go on",
  },
  again: {
    button: "Send the images again",
    title: "Send the images again?",
    text: "They are sealed anew and go to the same reader.",
  },
};
