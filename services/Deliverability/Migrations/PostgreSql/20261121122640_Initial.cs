using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateSequence(
                name: "ids",
                incrementBy: 1000);

            migrationBuilder.CreateTable(
                name: "addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    complaint_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    not_spam_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    resubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    contact_unsubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    contact_resubscribed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    suppressed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    suppression_removed_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    does_not_exist_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    does_not_exist_cleared_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    mailbox_full_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unavailable_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    delivered_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_sent_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_opened_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_clicked_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_opened_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_clicked_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    first_delivered_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_addresses", x => new { x.account_id, x.address_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: true),
                    link_version = table.Column<long>(type: "bigint", nullable: false),
                    delete_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contact_addresses", x => new { x.account_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "fact_clearances",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    fact_clearance_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    clear_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_fact_clearances", x => new { x.account_id, x.fact_clearance_id });
                });

            migrationBuilder.CreateTable(
                name: "feed_positions",
                columns: table => new
                {
                    source = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    position = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    apply_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_feed_positions", x => x.source);
                });

            migrationBuilder.CreateTable(
                name: "former_addresses",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_former_addresses", x => new { x.account_id, x.contact_id, x.address_id });
                });

            migrationBuilder.CreateTable(
                name: "outbox",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    change_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    transaction_id = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()"),
                    payload = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_outbox", x => new { x.account_id, x.change_id });
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    method = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    request_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    body_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    result_id = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.account_id, x.method, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    subject_id = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    cursor_id = table.Column<long>(type: "bigint", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    done_count = table.Column<long>(type: "bigint", nullable: false),
                    changed_count = table.Column<long>(type: "bigint", nullable: false),
                    unchanged_count = table.Column<long>(type: "bigint", nullable: false),
                    skip_counts = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    start_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    set_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    failure_reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    message = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    cancel_requested = table.Column<bool>(type: "boolean", nullable: false),
                    trace_parent = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    broken_attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    suppress_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    remove_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    remove_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    remove_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    remove_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_suppressions", x => new { x.account_id, x.address_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_addresses_account_id_address",
                table: "addresses",
                columns: new[] { "account_id", "address" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_addresses_account_id_key_id",
                table: "addresses",
                columns: new[] { "account_id", "key_id" },
                filter: "key_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_addresses_unavailable_time",
                table: "addresses",
                column: "unavailable_time",
                filter: "status = 3");

            migrationBuilder.CreateIndex(
                name: "IX_contact_addresses_account_id_address_id_contact_id",
                table: "contact_addresses",
                columns: new[] { "account_id", "address_id", "contact_id" });

            migrationBuilder.CreateIndex(
                name: "IX_fact_clearances_account_id_address_id_fact_clearance_id",
                table: "fact_clearances",
                columns: new[] { "account_id", "address_id", "fact_clearance_id" });

            migrationBuilder.CreateIndex(
                name: "IX_outbox_transaction_id_change_id",
                table: "outbox",
                columns: new[] { "transaction_id", "change_id" });

            migrationBuilder.CreateIndex(
                name: "IX_requests_create_time",
                table: "requests",
                column: "create_time");

            migrationBuilder.CreateIndex(
                name: "IX_runs_account_id_kind_subject_id_run_id",
                table: "runs",
                columns: new[] { "account_id", "kind", "subject_id", "run_id" });

            migrationBuilder.CreateIndex(
                name: "IX_runs_run_id",
                table: "runs",
                column: "run_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_runs_state_run_id",
                table: "runs",
                columns: new[] { "state", "run_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "addresses");

            migrationBuilder.DropTable(
                name: "contact_addresses");

            migrationBuilder.DropTable(
                name: "fact_clearances");

            migrationBuilder.DropTable(
                name: "feed_positions");

            migrationBuilder.DropTable(
                name: "former_addresses");

            migrationBuilder.DropTable(
                name: "outbox");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "runs");

            migrationBuilder.DropTable(
                name: "suppressions");

            migrationBuilder.DropSequence(
                name: "ids");
        }
    }
}
