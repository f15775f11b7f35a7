#!/bin/sh
# Checks the evidence of a consultation with OpenSSL (3 or newer), sha256sum and the tools of every Unix; no other program
# is needed and nothing is taken from a network.
# 相談（診断依頼）の証拠一式を、OpenSSL 3 以降と sha256sum だけで検証します。ネットワークは使いません。

# What its list of hashes is signed as.
kind='Qdokuei/evidence/1'

