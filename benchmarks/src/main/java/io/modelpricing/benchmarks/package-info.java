/** JMH benchmarks: the library beside hand-written code, in one run. */
package io.modelpricing.benchmarks;
