"""A device and an archive that are not ours: pynetdicom.

Called with the port of a node that is called DOKUEI, a port to listen at as PACS, and pydicom's test files. Sends as CBCT1,
then serves C-FIND and C-GET until its input ends.
"""

import sys
from pathlib import Path

import pydicom
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    CTImageStorage,
    StudyRootQueryRetrieveInformationModelFind as Find,
    StudyRootQueryRetrieveInformationModelGet as Get,
    Verification,
)

NAME = "Yamada^Tarou=山田^太郎=やまだ^たろう"
STUDY = "1.2.826.0.1.3680043.8.498.1"
# It is not listed, and given in part only.
HALF = "1.2.826.0.1.3680043.8.498.2"

node, here, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])

# As a device: what is sent is taken, sent again it is known, and another object of the same UID is refused.
original = pydicom.dcmread(folder / "CT_small.dcm")
device = AE("CBCT1")
device.add_requested_context(Verification)
device.add_requested_context(CTImageStorage, original.file_meta.TransferSyntaxUID)
association = device.associate("127.0.0.1", node, ae_title="DOKUEI")
assert association.is_established
assert association.send_c_echo().Status == 0
assert association.send_c_store(original).Status == 0
assert association.send_c_store(original).Status == 0
other = pydicom.dcmread(folder / "CT_small.dcm")
other.PatientComments = "another object"
refused = association.send_c_store(other)
assert refused.Status == 0xC000, refused
assert "another object" in refused.ErrorComment, refused
association.release()

# As an archive: one study of three slices of a patient with a Japanese name.
slices = []
for number in range(1, 4):
    one = pydicom.dcmread(folder / "CT_small.dcm")
    one.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    one.PatientName, one.PatientID = NAME, "J-1"
    one.StudyInstanceUID, one.SeriesInstanceUID = STUDY, f"{STUDY}.1"
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"{STUDY}.1.{number}"
    one.InstanceNumber = number
    slices.append(one)


half = pydicom.dcmread(folder / "CT_small.dcm")
half.StudyInstanceUID, half.SeriesInstanceUID = HALF, f"{HALF}.1"
half.SOPInstanceUID = half.file_meta.MediaStorageSOPInstanceUID = f"{HALF}.1.1"


def answer(keys, one):
    """What is asked for of an instance, in its own character set."""
    found = pydicom.Dataset()
    found.SpecificCharacterSet = one.SpecificCharacterSet
    for key in keys:
        if key.tag in one and key.keyword != "SpecificCharacterSet":
            found[key.tag] = one[key.tag]
    found.QueryRetrieveLevel = keys.QueryRetrieveLevel
    return found


def on_find(event):
    keys = event.identifier
    wanted = str(keys.get("PatientName", "")).strip("*")
    if wanted and not all(part in NAME for part in wanted.split("*")):
        yield 0x0000, None
        return
    if keys.get("StudyInstanceUID") == HALF:
        yield 0xC000, None
        return
    if keys.get("StudyInstanceUID") not in (None, "", STUDY):
        yield 0x0000, None
        return
    for one in slices if keys.QueryRetrieveLevel == "IMAGE" else slices[:1]:
        yield 0xFF00, answer(keys, one)


def on_get(event):
    if event.identifier.StudyInstanceUID == HALF:
        yield 3
        yield 0xFF00, half
        yield 0xC000, pydicom.Dataset()
        return
    yield len(slices)
    for one in slices:
        yield 0xFF00, one


archive = AE("PACS")
archive.add_supported_context(Verification)
archive.add_supported_context(Find)
archive.add_supported_context(Get)
archive.add_supported_context(CTImageStorage, scu_role=True, scp_role=True)
handlers = [(evt.EVT_C_FIND, on_find), (evt.EVT_C_GET, on_get)]
server = archive.start_server(("127.0.0.1", here), block=False, evt_handlers=handlers)
print("ready", flush=True)
sys.stdin.read()
server.shutdown()
