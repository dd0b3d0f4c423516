#1732003200
ssh db1
#1732003210
df -h
#1732003230
sudo journalctl --vacuum-size=500M
#1732003300
cd ~/runbooks
#1732003310
git pull --rebase
#1732003330
vim keys-in-repositories.md
#1732003900
git add -p
#1732003950
git commit -m "runbook: what to do when you find a key in a repository"
#1732003960
git push
#1732004000
mysql --host db2 --user report --password=Lantern-Goose-9 finance
#1732004100
sudo systemctl restart nginx
#1732004110
systemctl status nginx
#1732004200
tail -f /var/log/nginx/access.log | grep wp-login
#1732004300
git clone https://hanna:marmalade-7@git.example.com/ops/tools.git
#1732004400
cd tools
#1732004410
make test
#1732004500
git log --oneline -20
#1732004600
df -h
