/** JMH benchmarks: the library compared with hand-written code, in one run. */
package io.modelpricing.benchmarks;
