package io.modelpricing.jooq;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Database roles for one test. Close the databases with grants to them first. */
public final class Roles implements AutoCloseable {

    private final Map<String, String> names = new HashMap<>();

    public Roles(String... roles) {
        try (PricingDatabase any = PricingDatabase.empty()) {
            for (String role : roles) {
                String name = role + "_" + UUID.randomUUID().toString().replace('-', '_');
                names.put(role, name);
                any.sql("create role " + name);
            }
        }
    }

    public String name(String role) {
        return names.get(role);
    }

    @Override
    public void close() {
        try (PricingDatabase any = PricingDatabase.empty()) {
            names.values().forEach(name -> any.sql("drop role " + name));
        }
    }
}
