using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Sending : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "senders",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    sender_id = table.Column<long>(type: "bigint", nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    rate_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_senders", x => new { x.account_id, x.sender_id });
                });

            migrationBuilder.CreateTable(
                name: "transmissions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    header = table.Column<byte[]>(type: "bytea", nullable: false),
                    total_count = table.Column<long>(type: "bigint", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    cancel_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transmissions", x => new { x.account_id, x.transmission_id });
                });

            migrationBuilder.CreateTable(
                name: "messages",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    sender_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    address_id = table.Column<long>(type: "bigint", nullable: false),
                    domain = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    display_name = table.Column<string>(type: "character varying(401)", maxLength: 401, nullable: false),
                    variable_values = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    worker_id = table.Column<long>(type: "bigint", nullable: false),
                    lease_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    send_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    deliver_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_open_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    machine_click_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    unsubscribe_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    smtp_code = table.Column<int>(type: "integer", nullable: false),
                    enhanced_code = table.Column<string>(type: "character varying(9)", maxLength: 9, nullable: false),
                    diagnostic = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    refusal_reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_messages", x => new { x.account_id, x.message_id });
                    table.ForeignKey(
                        name: "fk_messages_transmissions",
                        columns: x => new { x.account_id, x.transmission_id },
                        principalTable: "transmissions",
                        principalColumns: new[] { "account_id", "transmission_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "transmission_contents",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    transmission_id = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    shared_values = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_transmission_contents", x => new { x.account_id, x.transmission_id });
                    table.ForeignKey(
                        name: "fk_transmission_contents_transmissions",
                        columns: x => new { x.account_id, x.transmission_id },
                        principalTable: "transmissions",
                        principalColumns: new[] { "account_id", "transmission_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_messages_address",
                table: "messages",
                columns: new[] { "account_id", "address_id" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_queued",
                table: "messages",
                columns: new[] { "account_id", "sender_id", "next_attempt_time", "message_id" },
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_messages_sending",
                table: "messages",
                column: "lease_time",
                filter: "state = 2");

            migrationBuilder.CreateIndex(
                name: "ix_messages_transmission",
                table: "messages",
                columns: new[] { "account_id", "transmission_id", "message_id" });

            migrationBuilder.CreateIndex(
                name: "IX_senders_account_id_email",
                table: "senders",
                columns: new[] { "account_id", "email" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_senders_due_time",
                table: "senders",
                column: "due_time",
                filter: "due_time IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "messages");

            migrationBuilder.DropTable(
                name: "senders");

            migrationBuilder.DropTable(
                name: "transmission_contents");

            migrationBuilder.DropTable(
                name: "transmissions");
        }
    }
}
