"""Reads a Bundle (JSON) and validates it by fhir.resources, a program of others: R4B has these resources as R4 has them.

Prints "type count" for each kind of resource, and whether all references lead to something in the bundle.
"""
import collections
import json
import sys

from fhir.resources.R4B import get_fhir_model_class

with open(sys.argv[1], encoding="utf-8") as file:
    bundle = json.load(file)

get_fhir_model_class("Bundle").model_validate(bundle)
entries = bundle["entry"]
urls = {entry["fullUrl"] for entry in entries}
assert len(urls) == len(entries), "two resources have one address"


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


counts = collections.Counter()
for entry in entries:
    resource = entry["resource"]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    counts[resource["resourceType"]] += 1
    for reference in references(resource):
        assert reference in urls, f"{reference} leads nowhere"
for kind, count in sorted(counts.items()):
    print(kind, count)
