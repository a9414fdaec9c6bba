using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Sequences.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Replies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "replies",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    reply_id = table.Column<long>(type: "bigint", nullable: false),
                    key_hash = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<short>(type: "smallint", nullable: false),
                    source = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    message_reference = table.Column<string>(type: "nvarchar(250)", maxLength: 250, nullable: false),
                    match = table.Column<short>(type: "smallint", nullable: false),
                    category = table.Column<short>(type: "smallint", nullable: false),
                    rule_category = table.Column<short>(type: "smallint", nullable: false),
                    rule_id = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    rule_version = table.Column<int>(type: "int", nullable: false),
                    automatic = table.Column<bool>(type: "bit", nullable: false),
                    needs_person = table.Column<bool>(type: "bit", nullable: false),
                    return_knowledge = table.Column<short>(type: "smallint", nullable: false),
                    return_date = table.Column<DateOnly>(type: "date", nullable: true),
                    subject = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false),
                    text = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false),
                    receive_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    category_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    actor_subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    actor_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_replies", x => new { x.account_id, x.reply_id });
                });

            migrationBuilder.CreateTable(
                name: "reply_webhooks",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    reply_webhook_id = table.Column<long>(type: "bigint", nullable: false),
                    display_name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false),
                    token_hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    create_time = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_reply_webhooks", x => new { x.account_id, x.reply_webhook_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_contact_id_reply_id",
                table: "replies",
                columns: new[] { "account_id", "contact_id", "reply_id" });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_key_hash",
                table: "replies",
                columns: new[] { "account_id", "key_hash" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_message_reference",
                table: "replies",
                columns: new[] { "account_id", "message_reference" });

            migrationBuilder.CreateIndex(
                name: "IX_replies_account_id_needs_person_reply_id",
                table: "replies",
                columns: new[] { "account_id", "needs_person", "reply_id" });

            migrationBuilder.CreateIndex(
                name: "IX_reply_webhooks_token_hash",
                table: "reply_webhooks",
                column: "token_hash",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "replies");

            migrationBuilder.DropTable(
                name: "reply_webhooks");
        }
    }
}
