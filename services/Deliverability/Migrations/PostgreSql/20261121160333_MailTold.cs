using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Deliverability.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class MailTold : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "bounce_time",
                table: "messages",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "complain_time",
                table: "messages",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "not_spam_time",
                table: "messages",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "reservation_count",
                table: "messages",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "mail_templates",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    mail_template_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    name_key = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    content_version = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    update_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mail_templates", x => new { x.account_id, x.mail_template_id });
                });

            migrationBuilder.CreateTable(
                name: "mail_template_versions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    mail_template_id = table.Column<long>(type: "bigint", nullable: false),
                    content_version = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_mail_template_versions", x => new { x.account_id, x.mail_template_id, x.content_version });
                    table.ForeignKey(
                        name: "fk_mail_template_versions_mail_templates",
                        columns: x => new { x.account_id, x.mail_template_id },
                        principalTable: "mail_templates",
                        principalColumns: new[] { "account_id", "mail_template_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_messages_contact",
                table: "messages",
                columns: new[] { "account_id", "contact_id" },
                filter: "contact_id <> 0");

            migrationBuilder.CreateIndex(
                name: "ix_mail_templates_name_key",
                table: "mail_templates",
                columns: new[] { "account_id", "name_key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "mail_template_versions");

            migrationBuilder.DropTable(
                name: "mail_templates");

            migrationBuilder.DropIndex(
                name: "ix_messages_contact",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "bounce_time",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "complain_time",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "not_spam_time",
                table: "messages");

            migrationBuilder.DropColumn(
                name: "reservation_count",
                table: "messages");
        }
    }
}
