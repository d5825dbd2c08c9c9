import requests

api_url = "https://env-dashboard.example.com/api"
headers = {"Authorization": "Bearer your_api_token"}

response = requests.post(f"{api_url}/environments/start", headers=headers, json={"dev_id": "user123", "project": "new_feature"})

if response.status_code == 200:
    print("Environment provisioned successfully")
else:
    print("Failed to provision environment")
