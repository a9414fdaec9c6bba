using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Webhooks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "address_validation_items",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    item_number = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    input = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validation_items", x => new { x.account_id, x.run_id, x.item_number });
                });

            migrationBuilder.CreateTable(
                name: "address_validation_results",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    item_number = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    input = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    address = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    verdict = table.Column<short>(type: "smallint", nullable: false),
                    findings = table.Column<long>(type: "bigint", nullable: false),
                    suggestion = table.Column<string>(type: "character varying(274)", maxLength: 274, nullable: false),
                    problem = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validation_results", x => new { x.account_id, x.run_id, x.item_number });
                });

            migrationBuilder.CreateTable(
                name: "address_validations",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    good_count = table.Column<long>(type: "bigint", nullable: false),
                    risky_count = table.Column<long>(type: "bigint", nullable: false),
                    bad_count = table.Column<long>(type: "bigint", nullable: false),
                    reserved_credits = table.Column<long>(type: "bigint", nullable: false),
                    charged_credits = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_validations", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "validation_credit_entries",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    entry_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    credit_count = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_validation_credit_entries", x => new { x.account_id, x.entry_id });
                });

            migrationBuilder.CreateTable(
                name: "validation_credits",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    available = table.Column<long>(type: "bigint", nullable: false),
                    reserved = table.Column<long>(type: "bigint", nullable: false),
                    charged = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_validation_credits", x => x.account_id);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_delivery_id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    order_key = table.Column<long>(type: "bigint", nullable: false),
                    event_type = table.Column<short>(type: "smallint", nullable: false),
                    body = table.Column<byte[]>(type: "bytea", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_result = table.Column<short>(type: "smallint", nullable: false),
                    response_code = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhook_deliveries", x => new { x.account_id, x.webhook_id, x.webhook_delivery_id });
                });

            migrationBuilder.CreateTable(
                name: "webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    event_mask = table.Column<long>(type: "bigint", nullable: false),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    disabled_reason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", maxLength: 200, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    secret_version = table.Column<long>(type: "bigint", nullable: false),
                    former_secret = table.Column<byte[]>(type: "bytea", maxLength: 200, nullable: true),
                    former_key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    overlap_end_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_webhooks", x => new { x.account_id, x.webhook_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_address_validation_results_address",
                table: "address_validation_results",
                columns: new[] { "account_id", "address" },
                filter: "address <> ''");

            migrationBuilder.CreateIndex(
                name: "ix_address_validation_results_contact",
                table: "address_validation_results",
                columns: new[] { "account_id", "contact_id" },
                filter: "contact_id <> 0");

            migrationBuilder.CreateIndex(
                name: "ix_address_validations_reserved",
                table: "address_validations",
                column: "run_id",
                filter: "reserved_credits > 0");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_contact",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "order_key" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "webhook_id", "next_attempt_time", "webhook_delivery_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_ended",
                table: "webhook_deliveries",
                column: "end_time",
                filter: "end_time IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_order",
                table: "webhook_deliveries",
                columns: new[] { "account_id", "webhook_id", "order_key", "webhook_delivery_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "IX_webhooks_webhook_id",
                table: "webhooks",
                column: "webhook_id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "address_validation_items");

            migrationBuilder.DropTable(
                name: "address_validation_results");

            migrationBuilder.DropTable(
                name: "address_validations");

            migrationBuilder.DropTable(
                name: "validation_credit_entries");

            migrationBuilder.DropTable(
                name: "validation_credits");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "webhooks");
        }
    }
}
