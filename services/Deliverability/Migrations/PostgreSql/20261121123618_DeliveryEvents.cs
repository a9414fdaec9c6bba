using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class DeliveryEvents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "classification_replay_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    delivery_event_id = table.Column<long>(type: "bigint", nullable: false),
                    from_class = table.Column<short>(type: "smallint", nullable: false),
                    from_rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    from_rule_version = table.Column<int>(type: "integer", nullable: false),
                    to_class = table.Column<short>(type: "smallint", nullable: false),
                    to_rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    to_rule_version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replay_changes", x => new { x.account_id, x.run_id, x.delivery_event_id });
                });

            migrationBuilder.CreateTable(
                name: "classification_replay_counts",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    from_class = table.Column<short>(type: "smallint", nullable: false),
                    to_class = table.Column<short>(type: "smallint", nullable: false),
                    event_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replay_counts", x => new { x.account_id, x.run_id, x.from_class, x.to_class });
                });

            migrationBuilder.CreateTable(
                name: "classification_replays",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    dry_run = table.Column<bool>(type: "boolean", nullable: false),
                    undone_run_id = table.Column<long>(type: "bigint", nullable: false),
                    last_event_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_classification_replays", x => new { x.account_id, x.run_id });
                });

            migrationBuilder.CreateTable(
                name: "delivery_events",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    delivery_event_id = table.Column<long>(type: "bigint", nullable: false),
                    key_hash = table.Column<Guid>(type: "uuid", nullable: false),
                    source = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    event_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    message_reference = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: false),
                    kind = table.Column<short>(type: "smallint", nullable: false),
                    machine = table.Column<bool>(type: "boolean", nullable: false),
                    event_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    receive_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    enhanced_code = table.Column<string>(type: "character varying(9)", maxLength: 9, nullable: false),
                    diagnostic = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    remote_host = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    failure_class = table.Column<short>(type: "smallint", nullable: false),
                    rule_id = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    rule_version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_delivery_events", x => new { x.account_id, x.delivery_event_id });
                });

            migrationBuilder.CreateTable(
                name: "provider_webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    provider_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    provider = table.Column<short>(type: "smallint", nullable: false),
                    display_name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    path_token = table.Column<string>(type: "character varying(22)", maxLength: 22, nullable: false),
                    verification_key = table.Column<byte[]>(type: "bytea", maxLength: 1000, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_webhooks", x => new { x.account_id, x.provider_webhook_id });
                });

            migrationBuilder.CreateTable(
                name: "provider_calls",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    provider_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    body_hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    sign_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_calls", x => new { x.account_id, x.provider_webhook_id, x.token });
                    table.ForeignKey(
                        name: "FK_provider_calls_provider_webhooks_account_id_provider_webhoo~",
                        columns: x => new { x.account_id, x.provider_webhook_id },
                        principalTable: "provider_webhooks",
                        principalColumns: new[] { "account_id", "provider_webhook_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_address_id_delivery_event_id",
                table: "delivery_events",
                columns: new[] { "account_id", "address_id", "delivery_event_id" });

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_key_hash",
                table: "delivery_events",
                columns: new[] { "account_id", "key_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_message_id_delivery_event_id",
                table: "delivery_events",
                columns: new[] { "account_id", "message_id", "delivery_event_id" },
                filter: "message_id <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_delivery_events_account_id_message_reference",
                table: "delivery_events",
                columns: new[] { "account_id", "message_reference" },
                filter: "message_reference <> ''");

            migrationBuilder.CreateIndex(
                name: "ix_delivery_events_classified",
                table: "delivery_events",
                columns: new[] { "account_id", "delivery_event_id" },
                filter: "rule_version <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_provider_calls_sign_time",
                table: "provider_calls",
                column: "sign_time");

            migrationBuilder.CreateIndex(
                name: "IX_provider_webhooks_path_token",
                table: "provider_webhooks",
                column: "path_token",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "classification_replay_changes");

            migrationBuilder.DropTable(
                name: "classification_replay_counts");

            migrationBuilder.DropTable(
                name: "classification_replays");

            migrationBuilder.DropTable(
                name: "delivery_events");

            migrationBuilder.DropTable(
                name: "provider_calls");

            migrationBuilder.DropTable(
                name: "provider_webhooks");
        }
    }
}
