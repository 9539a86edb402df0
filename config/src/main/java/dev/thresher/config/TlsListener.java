// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;

/**
 * The API over TCP, with TLS, for clients that have a certificate.
 *
 * @param listen where
 * @param certificate PEM file: the server's certificate, and those between it and its authority's
 * @param key PEM file: its private key, PKCS #8
 * @param clientCa PEM file: the authorities whose certificates clients may come with
 * @param roles what the names in them may do
 */
public record TlsListener(ListenAddress listen, Path certificate, Path key, Path clientCa, RoleNames roles) {}
